import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand, ListMapRunsCommand, paginateGetExecutionHistory, SFNClient } from '@aws-sdk/client-sfn';
import { LocalAws } from '../local-aws';
import { FakeOrganization } from '../organization';
import { execute } from './fixtures/executions';
import { allow, ref, role, Stacks, stateMachine } from './fixtures/stacks';

const BUCKET = 'items';
const KIB = 1024;

/** A machine that maps, with a Catch of these errors. */
const machine = (map: object, ...caught: string[]) => ({
  StartAt: 'Map',
  States: {
    Map: { Type: 'Map', ...map, Catch: caught.map((name) => ({ ErrorEquals: [name], Next: 'Caught' })), End: true },
    ...caught.length > 0 && { Caught: { Type: 'Pass', End: true } },
  },
});
const processor = (states: Record<string, object>, mode = 'INLINE') => ({
  ItemProcessor: {
    ProcessorConfig: mode === 'INLINE' ? { Mode: mode } : { Mode: mode, ExecutionType: 'STANDARD' }, StartAt: Object.keys(states)[0], States: states,
  },
});
const distributed = (states: Record<string, object>) => processor(states, 'DISTRIBUTED');
const pass = (rest: object = { End: true }) => ({ Type: 'Pass', ...rest });

/** Lasts a second, and returns when it began and when it ended. */
const TIMED = {
  Begin: pass({ Parameters: { 'began.$': '$$.State.EnteredTime' }, Next: 'Last' }),
  Last: { Type: 'Wait', Seconds: 1, Next: 'End' },
  End: pass({ Parameters: { 'began.$': '$.began', 'ended.$': '$$.State.EnteredTime' }, End: true }),
};
const ENDLESS = { A: pass({ Next: 'B' }), B: pass({ Next: 'A' }) };
const TWICE = { Twice: pass({ Parameters: { 'one.$': '$', 'other.$': '$' }, End: true }) };
const reading = { ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: { InputType: 'JSON' }, Parameters: { 'Bucket': BUCKET, 'Key.$': '$.key' } } };

const MACHINES = {
  Inline: machine(processor(TIMED)),
  Wide: machine({ ...processor(TIMED), MaxConcurrency: 100 }),
  Distributed: machine({ ...distributed(TIMED), MaxConcurrency: 3 }),
  Collecting: machine({ ...distributed(TWICE), ResultPath: null }, 'States.ALL'),
  CollectingCaught: machine({ ...distributed(TWICE), ResultPath: null }, 'States.DataLimitExceeded'),
  Reading: machine({ ...distributed({ Echo: pass() }), ...reading }, 'States.ItemReaderFailed'),
  Failing: machine(distributed({ No: { Type: 'Fail', Error: 'No', Cause: 'never' } }), 'States.ExceedToleratedFailureThreshold'),
  Long: machine(distributed(ENDLESS), 'States.ExceedToleratedFailureThreshold'),
};

describe('a Map of the local AWS', () => {
  let aws: LocalAws;
  let sfn: SFNClient;
  let arns: Readonly<Record<string, string>>;

  beforeAll(async () => {
    aws = await LocalAws.start({ organization: new FakeOrganization() });
    sfn = new SFNClient(aws.clientSettings());
    const { outputs } = await new Stacks(aws).create('maps', {
      Role: role('states', allow('states:StartExecution'), allow('s3:GetObject')),
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: BUCKET } },
      ...Object.fromEntries(Object.entries(MACHINES).map(([name, definition]) => [name, stateMachine('Role', definition)])),
    }, Object.fromEntries(Object.keys(MACHINES).map((name) => [name, ref(name)])));
    arns = outputs;
    const s3 = new S3Client({ ...aws.clientSettings(), forcePathStyle: true });
    for (const [Key, Body] of Object.entries({ array: '[1,2]', number: '1', text: 'hello' })) {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
    }
  });
  afterAll(() => aws?.stop());

  const numbers = (length: number) => Array.from({ length }, (_, i) => i);

  /** How many there were at once, at most. */
  async function most(name: keyof typeof MACHINES, items: number): Promise<number> {
    const { output } = await execute(aws, arns[name], numbers(items));
    const times = JSON.parse(output!) as { began: string; ended: string }[];
    expect(times).toHaveLength(items);
    return Math.max(...times.map(({ began }) => times.filter((other) => other.began <= began && began < other.ended).length));
  }

  test.each([['Inline', 45, 40], ['Wide', 45, 40], ['Distributed', 7, 3]] as const)('(%s) of %i items has %i at once', async (name, items, expected) => {
    expect(await most(name, items)).toBe(expected);
  });

  test('without a ResultWriter collects no more than 256 KiB of its children, whether the result is used or not, and only a Catch of that name helps', async () => {
    const items = (count: number) => Array.from({ length: count }, () => 'x'.repeat(50 * KIB));
    expect(await execute(aws, arns.Collecting, items(2))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await execute(aws, arns.Collecting, items(3))).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(await execute(aws, arns.CollectingCaught, items(3))).toMatchObject({ status: 'SUCCEEDED', output: expect.stringContaining('DataLimitExceeded') });
  });

  test.each(['missing', 'number', 'text'])('fails to read items that are no JSON array in S3: %s', async (key) => {
    expect(JSON.parse((await execute(aws, arns.Reading, { key })).output!)).toMatchObject({ Error: 'States.ItemReaderFailed' });
    expect((await execute(aws, arns.Reading, { key: 'array' })).output).toBe('[1, 2]');
  });

  test('that is distributed fails when a child fails', async () => {
    const { output } = await execute(aws, arns.Failing, [1, 2]);
    expect(JSON.parse(output!)).toMatchObject({ Error: 'States.ExceedToleratedFailureThreshold' });
  });

  const children = async (executionArn?: string) => {
    const { mapRuns } = await sfn.send(new ListMapRunsCommand({ executionArn }));
    return (await sfn.send(new ListExecutionsCommand({ mapRunArn: mapRuns![0].mapRunArn }))).executions!;
  };
  const events = async (executionArn?: string) => {
    let count = 0;
    for await (const page of paginateGetExecutionHistory({ client: sfn, pageSize: 1000 }, { executionArn, includeExecutionData: false })) {
      count += page.events!.length;
    }
    return count;
  };

  test('that is distributed has a history for each child, of 25,000 events at most, and its own has nothing of them', async () => {
    const { executionArn, output } = await execute(aws, arns.Long, [1]);
    const [child] = await children(executionArn);
    expect(await sfn.send(new DescribeExecutionCommand({ executionArn: child.executionArn }))).toMatchObject({
      status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining('25000'),
    });
    expect(await events(child.executionArn)).toBeGreaterThan(24_900);
    expect(await events(executionArn)).toBeLessThan(20);
    expect(JSON.parse(output!)).toMatchObject({ Error: 'States.ExceedToleratedFailureThreshold' });
  });
});
