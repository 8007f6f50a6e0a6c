import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { s3, stepFunctions } from '../../../lambda/aws/clients';
import { controlFiles, ControlFiles, expectYoung } from '../../../lambda/aws/control-files';
import { seconds } from '../../../lambda/aws/patience';
import { readRequest, signatureOf, writeAnswer } from '../../../local-aws/organization';
import type { WireRequest, WireResponse } from '../../../local-aws/wire';
import { setEnvironment } from '../../support/environment-variables';
import { ObjectStore } from '../../truth/object-store';

const NAME = 'one';
const RUN = `control/sweep/${NAME}/run.json`;
const ID = `arn:aws:states:us-east-1:111111111111:execution:Sweep:${NAME}`;
const ago = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1_000).toISOString();
const runOf = (secondsAgo = 0) => (
  { execution: { id: ID, name: NAME, startTime: ago(secondsAgo), machine: 'machine' }, input: { reason: 'x' }, settings: { dryRun: true }, timeoutSeconds: 3_600 });

let store: ObjectStore;
/** Of the executions that there are. */
let statuses: Record<string, string>;
/** Errors that are answered before anything else, by service. */
let errors: { s3: string[]; states: string[] };
const server = createServer((incoming, outgoing) => void readRequest(incoming).then((request) => writeAnswer(outgoing, answer(request))));
beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  store = new ObjectStore();
  store.objects.set(RUN, JSON.stringify(runOf()));
  statuses = { [ID]: 'RUNNING' };
  errors = { s3: [], states: [] };
  setEnvironment({
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret',
  });
});
afterEach(() => void jest.restoreAllMocks());

function answer(request: WireRequest): WireResponse {
  return signatureOf(request)!.service === 's3' ? answerOfS3(request) : answerOfStates(request);
}

function answerOfS3(request: WireRequest): WireResponse {
  const error = errors.s3.shift();
  return error === undefined ? store.answer(request) : { status: 403, headers: { 'content-type': 'application/xml' }, body: `<Error><Code>${error}</Code><Message>no</Message></Error>` };
}

function answerOfStates({ body }: WireRequest): WireResponse {
  const { executionArn } = JSON.parse(body.toString()) as { executionArn: string };
  const status = statuses[executionArn];
  const error = errors.states.shift() ?? (status === undefined ? 'ExecutionDoesNotExist' : undefined);
  return { status: error === undefined ? 200 : 400, headers: {}, body: JSON.stringify(error === undefined ? { executionArn, status } : { __type: error, message: 'no' }) };
}

const files = (forSeconds = 0.1) => new ControlFiles({ s3: s3(), stepFunctions: stepFunctions() }, 'bucket', 'control/sweep/', seconds(forSeconds, 5, 5));
const refused = (name: string, why: string) => expect.objectContaining({ name, message: `nothing was done for this execution: ${why}` });

describe('what an execution is about', () => {
  test('is what its state machine has written', async () => {
    const run = runOf(60);
    store.objects.set(RUN, JSON.stringify(run));
    expect(await files().run(NAME)).toEqual(run);
  });

  test.each(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'])('is refused when the execution is %s', async (status) => {
    statuses[ID] = status;
    await expect(files().run(NAME)).rejects.toEqual(refused('RunEnded', `${ID} is ${status}, not RUNNING`));
  });

  test('is refused when it began longer ago than its state machine gives it: somebody has redriven it', async () => {
    store.objects.set(RUN, JSON.stringify(runOf(3_601)));
    await expect(files().run(NAME)).rejects.toMatchObject({ name: 'RunTooOld' });
  });

  test('is refused when its state machine has written nothing', async () => {
    await expect(files().run('other')).rejects.toEqual(
      refused('RunUnknown', 'its state machine has not written control/sweep/other/run.json to bucket: start the state machine, and it invokes this function'));
  });

  test.each([['other/one'], ['../other'], [''], ['x'.repeat(81)], [['one']], [undefined], [7]])('is refused by a name that is none of an execution: %j', async (name) => {
    await expect(files().run(name as string)).rejects.toEqual(refused('RunUnknown', `'run' must be the name of an execution, got ${JSON.stringify(name)}`));
  });

  test('is found by the longest name that there is', async () => {
    const longest = 'x'.repeat(80);
    store.objects.set(`control/sweep/${longest}/run.json`, JSON.stringify(runOf()));
    expect(await files().run(longest)).toMatchObject({ settings: { dryRun: true } });
  });

  test('is waited for when permissions take effect late, or the execution is not seen yet', async () => {
    errors = { s3: ['AccessDenied', 'AccessDenied'], states: ['AccessDeniedException', 'ExecutionDoesNotExist'] };
    expect(await files(60).run(NAME)).toMatchObject({ settings: { dryRun: true } });
    expect(errors).toEqual({ s3: [], states: [] });
  });

  test.each<[string, Partial<typeof errors>, string]>([
    ['the file stays denied', { s3: Array<string>(1_000).fill('AccessDenied') }, 'AccessDenied'],
    ['the execution stays unseen', { states: Array<string>(1_000).fill('ExecutionDoesNotExist') }, 'ExecutionDoesNotExist'],
    ['reading fails in another way', { s3: ['InvalidObjectState'] }, 'InvalidObjectState'],
    ['asking fails in another way', { states: ['InvalidArn'] }, 'InvalidArn'],
  ])('is not known where %s', async (_what, these, name) => {
    Object.assign(errors, these);
    await expect(files().run(NAME)).rejects.toMatchObject({ name });
  });
});

test('another file of an execution is read as it is, also when the execution has ended', async () => {
  statuses = {};
  store.objects.set(`control/sweep/${NAME}/go.json`, '{"plan":1}');
  expect(await files().read(NAME, 'go.json')).toEqual({ plan: 1 });
});

test('the one file for all executions is read from the folder of the state machine', async () => {
  store.objects.set('control/sweep/latest-asked.json', '{"plan":1}');
  expect(await files().readLatest('latest-asked.json')).toEqual({ plan: 1 });
  await expect(files().readLatest('another.json')).rejects.toMatchObject({ name: 'RunUnknown' });
});

test('a function finds its files by its environment', async () => {
  setEnvironment({ CONTROL_PREFIX: 'control/sweep/' });
  const found = controlFiles('records', { s3: s3(), stepFunctions: stepFunctions() });
  expect(found.bucket).toBe('records');
  expect(await found.run(NAME)).toMatchObject({ execution: { id: ID } });
});

describe('what was decided', () => {
  test('is carried out as long as its state machine would', () => {
    expect(() => expectYoung(ago(3_590), 3_600)).not.toThrow();
  });

  test('is refused later, with the hours that it had', () => {
    const since = ago(5_401);
    expect(() => expectYoung(since, 5_400)).toThrow(refused('RunTooOld', `it began at ${since}, and its state machine gives it 1.5 hours: start it anew instead of redriving it`) as Error);
  });
});
