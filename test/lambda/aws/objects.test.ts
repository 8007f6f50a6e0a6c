import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { hasObject, keysOf, readObject } from '../../../lambda/aws/objects';
import { readRequest, writeAnswer } from '../../../local-aws/organization';
import type { WireResponse } from '../../../local-aws/wire';
import { ObjectStore } from '../../truth/object-store';

const OBJECT = { Bucket: 'bucket', Key: 'folder/one.json' };
const CONTENT = { all: ['of', 'it'] };

let store: ObjectStore;
let gets: number;
/** What becomes of an answer; undefined for nothing. */
let trouble: ((answer: WireResponse, number: number) => WireResponse) | undefined;
let s3: S3Client;
const server = createServer((incoming, outgoing) => {
  void readRequest(incoming).then((request) => {
    const answer = store.answer(request);
    const isGet = ObjectStore.operationOf(request) === 'GetObject';
    gets += Number(isGet);
    writeAnswer(outgoing, trouble ? trouble(answer, gets) : answer);
  });
});
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  s3 = new S3Client({ endpoint, forcePathStyle: true, region: 'us-east-1', credentials: { accessKeyId: 'id', secretAccessKey: 'secret' } });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  store = new ObjectStore();
  store.objects.set(OBJECT.Key, JSON.stringify(CONTENT));
  gets = 0;
  trouble = undefined;
});

const cut = (answer: WireResponse): WireResponse => ({ ...answer, connection: 'cut' });
const endEarly = (answer: WireResponse): WireResponse => ({ ...answer, body: String(answer.body).slice(0, -3) });
const read = () => readObject(s3, OBJECT, (text) => JSON.parse(text) as unknown);

describe('an object', () => {
  test.each([['breaks off', cut], ['ends early, with a Content-Length that fits', endEarly]])('of which the body %s is read again', async (_what, effect) => {
    trouble = (answer, number) => number <= 2 ? effect(answer) : answer;
    expect(await read()).toEqual(CONTENT);
    expect(gets).toBe(3);
  });

  test.each([['breaks off', cut], ['ends early', endEarly]])('of which the body always %s is an error that names it', async (_what, effect) => {
    trouble = effect;
    await expect(read()).rejects.toMatchObject({ name: 'UnreadableObject', message: expect.stringMatching(/^s3:\/\/bucket\/folder\/one\.json could not be read: ./) });
    expect(gets).toBe(5);
  });

  test('of which somebody can make nothing is an error by the name that it is given', async () => {
    const tampered = Object.assign(new Error('it was changed'), { name: 'Tampered' });
    await expect(readObject(s3, OBJECT, () => { throw tampered; })).rejects.toBe(tampered);
  });

  test('that is not there is not asked for again', async () => {
    await expect(readObject(s3, { ...OBJECT, Key: 'other' }, (text) => text)).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(gets).toBe(1);
  });
});

describe('keys', () => {
  test('are those that begin with a prefix, on all pages', async () => {
    ['folder/two.json', 'other'].forEach((key) => store.objects.set(key, ''));
    expect(await keysOf(s3, 'bucket', 'folder/')).toEqual([OBJECT.Key, 'folder/two.json']);
    expect(await keysOf(s3, 'bucket', 'nothing')).toEqual([]);
  });

  test('are exact where one object is asked for', async () => {
    expect(await hasObject(s3, OBJECT)).toBe(true);
    expect(await hasObject(s3, { ...OBJECT, Key: 'folder/one' })).toBe(false);
  });

  test('of an answer without a list are unknown, and not none', async () => {
    trouble = (answer) => ({ ...answer, body: '<ListBucketResult/>' });
    await expect(hasObject(s3, OBJECT)).rejects.toMatchObject({ name: 'IncompleteAnswer' });
  });
});
