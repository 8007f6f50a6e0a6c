import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { S3Client } from '@aws-sdk/client-s3';
import { s3 as s3Client } from '../../../lambda/aws/clients';
import { hasObject, keysOf, readObject } from '../../../lambda/aws/objects';
import { readRequest, writeAnswer } from '../../../local-aws/organization';
import type { WireResponse } from '../../../local-aws/wire';
import { setEnvironment } from '../../support/environment-variables';
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
  setEnvironment({
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret',
  });
  s3 = s3Client();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  jest.restoreAllMocks();
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

  test.each(['Error', 'SyntaxError', 'TimeoutError'])('of which nothing can be made for a while is read again, and an error that names it when it stays so: %s', async (name) => {
    const broken = () => { throw Object.assign(new Error('broken'), { name }); };
    await expect(readObject(s3, OBJECT, broken)).rejects.toMatchObject({ name: 'UnreadableObject', message: expect.stringMatching(/could not be read: .*broken$/) });
    expect(gets).toBe(5);
  });

  test('may be empty', async () => {
    store.objects.set('empty', '');
    expect(await readObject(s3, { ...OBJECT, Key: 'empty' }, (text) => text)).toBe('');
    expect(gets).toBe(1);
  });

  test('is given with its entity tag', async () => {
    trouble = (answer) => ({ ...answer, headers: { ...answer.headers, etag: '"tag"' } });
    expect(await readObject(s3, OBJECT, (_text, etag) => etag)).toBe('"tag"');
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
    await expect(hasObject(s3, OBJECT)).rejects.toMatchObject({ name: 'IncompleteAnswer', message: 'AWS answered s3:ListObjectsV2 without a list' });
  });
});
