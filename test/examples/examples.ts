import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export const EXAMPLES = join(__dirname, '..', '..', 'examples');
export const names = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);

/** Templates of the examples, a file for each stack. */
export const SNAPSHOTS = join(__dirname, 'snapshots');

/** What a user may give the examples. */
export const CONTEXT = { delegate: '222222222222', exclude: '333333333333', joined: 'purge', management: '111111111111', security: '222222222222', organization: 'o-abcdefghij' };

/** Asset hashes change with every version of the SDK that is bundled. */
export const withoutAssetHashes = (template: string): string => template.replaceAll(/[0-9a-f]{64}/g, 'ASSET');
