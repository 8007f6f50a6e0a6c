import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ObjectStore {
  readonly endpoint: string;
  /** Content by `bucket/key`. */
  readonly objects: Map<string, Buffer>;
  /** Names of buckets that are not there. */
  readonly missing: Set<string>;
  close(): Promise<void>;
}

/** As much of Amazon S3 as a sweep uses: objects are put, got and listed, in path style. */
export async function serveObjects(): Promise<ObjectStore> {
  const objects = new Map<string, Buffer>();
  const missing = new Set<string>();
  const server = createServer((request, response) => void answer(objects, missing, request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, objects, missing, close };
}

async function answer(objects: Map<string, Buffer>, missing: ReadonlySet<string>, request: IncomingMessage, response: ServerResponse) {
  const { pathname, searchParams } = new URL(request.url!, 'http://local');
  const path = decodeURIComponent(pathname.slice(1));
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  if (missing.has(path.split('/')[0])) {
    response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>');
  } else if (request.method === 'PUT' && request.headers['if-none-match'] === '*' && objects.has(path)) {
    response.writeHead(412, { 'content-type': 'application/xml' }).end('<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>');
  } else if (request.method === 'PUT') {
    objects.set(path, Buffer.concat(chunks));
    response.writeHead(200).end();
  } else if (searchParams.has('list-type')) {
    response.writeHead(200, { 'content-type': 'application/xml' }).end(listing(objects, path.replace(/\/$/, ''), searchParams.get('prefix') ?? ''));
  } else if (objects.has(path)) {
    response.writeHead(200).end(objects.get(path));
  } else {
    response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>');
  }
}

/** One page: a sweep lists the plans of one batch, of which there are fewer than a page holds. */
function listing(objects: Map<string, Buffer>, bucket: string, prefix: string): string {
  const keys = [...objects.keys()].filter((path) => path.startsWith(`${bucket}/${prefix}`)).map((path) => path.slice(bucket.length + 1));
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')}</ListBucketResult>`;
}
