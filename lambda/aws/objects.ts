import { setTimeout as sleep } from 'timers/promises';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { failure, isNamed, textOf } from './errors';
import { everyItem } from './pages';

export interface ObjectReference {
  readonly Bucket: string;
  readonly Key: string;
}

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 25;

/**
 * Reads an object and makes something of its text. The SDK tries again until the head of the answer is there; here the body and what is made of it belong to
 * it: a body that breaks off, or of which a part is missing, is read again. What stays wrong is an error: that of `parse`, if it has a name for it.
 */
export async function readObject<T>(s3: S3Client, reference: ObjectReference, parse: (text: string, etag: string) => T): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const { Body, ETag } = await s3.send(new GetObjectCommand(reference));
    try {
      return parse(await Body!.transformToString(), ETag!);
    } catch (error) {
      if (attempt === ATTEMPTS) {
        throw isNamed(error, 'Error', 'SyntaxError', 'TimeoutError') ? unreadable(reference, error) : error;
      }
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

function unreadable({ Bucket, Key }: ObjectReference, error: unknown): Error {
  return failure('UnreadableObject', `s3://${Bucket}/${Key} could not be read: ${textOf(error)}`);
}

/** Keys of a bucket that begin with a prefix. Objects are looked up here before they are read: S3 may call a missing one denied. */
export async function keysOf(s3: S3Client, Bucket: string, Prefix: string): Promise<string[]> {
  const objects = await everyItem('s3:ListObjectsV2', paginateListObjectsV2({ client: s3 }, { Bucket, Prefix }), ({ Contents, IsTruncated }) => (
    Contents ?? (IsTruncated === undefined ? undefined : []))); // S3 leaves an empty list out, and never says nothing of whether it is cut
  return objects.map(({ Key }) => Key!);
}

export async function hasObject(s3: S3Client, { Bucket, Key }: ObjectReference): Promise<boolean> {
  return (await keysOf(s3, Bucket, Key)).includes(Key);
}
