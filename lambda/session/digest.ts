import { createHash } from 'crypto';

/** SHA-256 of the exact bytes. */
export const sha256 = (bytes: string) => createHash('sha256').update(bytes).digest('hex');
