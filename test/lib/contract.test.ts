import { Duration, Stack } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { environment } from '../../lambda/aws/environment';
import { Handler } from '../../lib/private/handler';
import { pathsIn } from '../../lib/private/rendered';
import { invoke } from '../../lib/private/state-machine';
import { type BatchEvent, JOINED, type JoinedAnswer, LOOK, type WalkEnvironment } from '../../lib/sweep/contract';
import { testApp } from '../support/apps';

/** The compiler is the test of the errors here: `tsc --project test` fails where an expected one is missing. */

const stack = new Stack(testApp(), 'Stack');
const common = { description: 'test', timeout: Duration.minutes(1), memorySize: 512, calls: [] };
const variables: WalkEnvironment = { REPORTS_BUCKET: 'reports', ACCEPTED_KEY: 'accepted/1.json', STS_REGION: 'us-east-1' };
const look = new Handler(stack, 'Look', { ...common, contract: LOOK, environment: variables });
const at = sfn.JsonPath.stringAt;

test('a template sets the environment variables that the handler reads', () => {
  const { STS_REGION, ...rest } = variables;
  // @ts-expect-error a variable is missing
  expect(new Handler(stack, 'Missing', { ...common, contract: LOOK, environment: rest })).toBeInstanceOf(Handler);
  // @ts-expect-error a variable has another name
  expect(new Handler(stack, 'Renamed', { ...common, contract: LOOK, environment: { ...rest, REGION: STS_REGION } })).toBeInstanceOf(Handler);
  // @ts-expect-error the handler reads a variable that no template sets
  expect(environment<WalkEnvironment>().REGION).toBeUndefined();
  expect(JOINED).toEqual({ asset: 'sweep-joined', entry: 'handler' });
});

test('a state sends the event that the handler parses', () => {
  const event = { run: at('$$.Execution.Name'), digest: at('$.digest'), batch: sfn.JsonPath.numberAt('$$.Map.Item.Value') };
  const { digest, ...rest } = event;
  expect(invoke(stack, 'Whole', look, { payload: event, retries: [] })).toBeInstanceOf(sfn.TaskStateBase);
  // @ts-expect-error a field is missing
  expect(invoke(stack, 'WithoutDigest', look, { payload: rest, retries: [] })).toBeInstanceOf(sfn.TaskStateBase);
  // @ts-expect-error a field has another name
  expect(invoke(stack, 'OtherDigest', look, { payload: { ...rest, hash: digest }, retries: [] })).toBeInstanceOf(sfn.TaskStateBase);
  // @ts-expect-error the handler parses a field that nothing sends
  expect((({ hash }: BatchEvent) => hash)({ run: 'run', digest: 'digest', batch: 0 })).toBeUndefined();
});

test('a state machine reads the fields that the handler answers', () => {
  const found = pathsIn<JoinedAnswer>('$.found');
  expect(found('waitSeconds')).toBe('$.found.waitSeconds');
  // @ts-expect-error the answer has no such field
  expect(found('seconds')).toBe('$.found.seconds');
});
