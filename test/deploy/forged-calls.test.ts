import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, ListBucketsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, ListStateMachinesCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import pLimit from 'p-limit';
import { EXCLUDED, MANAGEMENT, member, MEMBERS, variedOrganization } from './testing';
import type { Closer } from '../../lambda/session/password-recovery/record';
import { CREDENTIAL_KINDS } from '../../lib/private/contract';
import { GO_FILE } from '../../lib/session/contract';
import { type EndFile, type SweepSettings } from '../../lib/sweep/contract';
import type { FakeOrganization } from '../../local-aws/organization';
import { DENY_ALL } from '../lambda/session/resource-policy/world';
import { Deployed } from '../permissions/deployed';
import { acceptUndeployed, allOn, begun, idling } from '../permissions/exercises';
import { pathsOf } from '../permissions/grants';
import { BELOW, everyStack, IMPORTED_BUCKET, UNDEPLOYED, UNIT } from '../permissions/stacks';

/**
 * Somebody may invoke every function, as the policy AWSLambdaRole of AWS allows, and nothing else. He knows the account well: names, settings, ARNs, what is
 * running, and how the functions were invoked in every version of this library.
 */
const ATTACKER = 'Attacker';

const organization = variedOrganization({}, 12);
organization.addAccount({ id: BELOW, ou: organization.addOrganizationalUnit({ name: 'below', parent: UNIT }) });

let deployed: Deployed;
let attacker: LambdaClient;
let known: Known;

/** What the attacker knows. */
interface Known {
  /** Executions that run, by the path of their construct: no function of theirs has been invoked for them. */
  readonly running: ReadonlyMap<string, Execution>;
  readonly closer: Execution;
}

interface Execution {
  readonly id: string;
  readonly name: string;
  readonly startTime: string;
  readonly machine: string;
}

const SWEEPS = ['Purge', ...UNDEPLOYED];
const RUNBOOKS = ['Bucket/Unlock', 'Bucket/Restore', 'Queue/Unlock', 'Queue/Restore', 'PasswordRecovery/Allow', 'PasswordRecovery/Extend', 'PasswordRecovery/Close'];

/** In the unit of the runbooks. */
const TARGET = member(12);

beforeAll(async () => {
  deployed = await Deployed.into(organization);
  attacker = await attackerOf(deployed);
  const s3 = new S3Client({ ...deployed.deployment.aws.clientSettings(), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: IMPORTED_BUCKET }));
  allOn(organization);
  [TARGET, EXCLUDED].forEach((account) => {
    organization.addBucket({ name: `locked-${account}`, account, region: 'us-east-1', policy: DENY_ALL });
    organization.addQueue({ name: `locked-${account}`, account, region: 'us-east-1', policy: DENY_ALL });
  });
  await acceptUndeployed(deployed); // else every call to these sweeps would be refused for that alone
  known = await knownOf(deployed);
}, 300_000);
afterAll(() => deployed?.deployment.stop());

async function attackerOf({ deployment }: Deployed): Promise<LambdaClient> {
  const iam = new IAMClient(deployment.aws.clientSettings());
  const Statement = [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' }];
  await iam.send(new CreateRoleCommand({ RoleName: ATTACKER, AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}' }));
  await iam.send(new PutRolePolicyCommand({ RoleName: ATTACKER, PolicyName: 'Invoke', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) }));
  const roleArn = `arn:aws:iam::${MANAGEMENT}:role/${ATTACKER}`;
  const { AccessKeyId, SecretAccessKey, SessionToken } = deployment.organization.issue({ accountId: MANAGEMENT, roleArn, arn: `arn:aws:sts::${MANAGEMENT}:assumed-role/${ATTACKER}/mallory` }, 3_600);
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  return new LambdaClient({ ...deployment.aws.clientSettings(), credentials });
}

/** Runs of every kind that are at work, asked for by somebody who may: dry runs, and what waits for an approval. */
async function knownOf(on: Deployed): Promise<Known> {
  const running = new Map<string, Execution>();
  for (const sweep of SWEEPS) {
    running.set(sweep, await begun(on, `${sweep}/Sweep`, { name: 'running', input: { dryRun: true, accounts: [member(1)] }, startTime: new Date().toISOString() }));
  }
  for (const runbook of RUNBOOKS) {
    running.set(runbook, await begun(on, `Runbooks/${runbook}`, { name: 'running', input: inputOf(runbook, TARGET), startTime: new Date().toISOString() }));
  }
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  const record = { accountId: TARGET, reason: 'ticket 4711', recoveryId: 'one', remindedBy: 'none', extensions: [], openedAt: new Date().toISOString(), endsAt: inAnHour, openBy: inAnHour };
  const input: Closer = { accountId: TARGET, recoveryId: 'one', atOnce: false, wakeAt: inAnHour, remindedUntil: inAnHour, recordsBucket: on.id('Runbooks/Records'), record };
  const machine = on.id(CLOSER);
  const id = await idling(new SFNClient(on.deployment.aws.clientSettings()), machine, JSON.stringify(input));
  return { running, closer: { id, name: id.split(':').at(-1)!, startTime: record.openedAt, machine } };
}

const CLOSER = 'Runbooks/PasswordRecovery/Closer/StateMachine';

const inputOf = (runbook: string, accountId: string) => ({
  accountId,
  reason: 'ticket 4711',
  ...runbook.startsWith('Bucket') && { bucket: `locked-${accountId}` },
  ...runbook.startsWith('Queue') && { queue: `locked-${accountId}`, region: 'us-east-1' },
  ...runbook.endsWith('Restore') && { record: `policies/${accountId}/buckets/us-east-1/locked-${accountId}/x-${'0'.repeat(64)}.json` },
});

// -- what he tries ----------------------------------------------------------------------------------------------------

/** Names of executions that nobody has begun, or that mean something else as part of a key. */
const STRANGERS = ['forged', '../Stack-Audit-Sweep/running', 'x'.repeat(500), undefined, { run: 'running' }];

/** Deletes everything everywhere. */
const SETTINGS: SweepSettings = {
  work: 'purge',
  selection: { exclude: [] },
  credentials: [...CREDENTIAL_KINDS],
  dryRun: false,
  protection: { keep: [], keepCertificates: false },
  tolerateFailedAccounts: true,
  failOnFindings: false,
  accountsPerBatch: 100,
  accountsInFlight: 100,
};

/** What a sweep was asked before there were control files, and what it might be asked now. */
function forSweep(sweep: string): object[] {
  const { id, name, startTime, machine } = known.running.get(sweep)!;
  const execution = { id, name, startTime, machine };
  const digest = '0'.repeat(64);
  const forged = {
    execution,
    settings: SETTINGS,
    input: {},
    alsoRunning: [],
    plan: digest,
    stateMachine: machine,
    accountsInFlight: 100,
    batch: 0,
    digest,
    tolerateFailedAccounts: true,
    failOnFindings: false,
  };
  const ends: EndFile['run'][] = [{}, { digest, batches: [0] }, { digest, batches: [0], decision: { digest, plan: digest, batches: [0] } }, { error: { Error: 'Forged', Cause: 'a report of lies' } }];
  return [
    ...ends.map((run) => ({ ...forged, run })),
    ...STRANGERS.map((run) => ({ ...forged, run })),
    { ...forged, run: deploymentsSweep() },
  ];
}

/** The sweep of the deployment has ended. */
const deploymentsSweep = () => ended.find(({ id }) => id.includes(':deployment-'))!.name;
let ended: { id: string; name: string }[];

function forRunbook(runbook: string): object[] {
  const execution = known.running.get(runbook)!;
  const approval = { digest: '0'.repeat(64), subject: 'x', approve: 'x', refuse: 'x' };
  const unprotected = { selection: { exclude: [] }, protectedAccounts: [], protectedResources: [] };
  const settings = { ...unprotected, allowReplacement: true, hours: 168, longestHours: 168 };
  const policy = { region: 'us-east-1', resource: `arn:aws:s3:::locked-${TARGET}`, policy: DENY_ALL, sha256: '0'.repeat(64), restored: 'x', hours: 168, notes: [] };
  return ['act', 'prepare'].flatMap((step) => [TARGET, EXCLUDED].flatMap((accountId) => {
    const forged = {
      step,
      execution,
      settings,
      input: inputOf(runbook, accountId),
      plan: policy,
      approval,
      startedBy: 'arn:aws:iam::111111111111:role/Somebody',
      answer: { approved: approval.digest },
      go: { plan: policy },
    };
    return [forged, ...STRANGERS.map((run) => ({ ...forged, run })), ...step === 'act' ? [{ ...forged, run: 'running' }] : []]; // it waits for an approval
  }));
}

function forCloser(): object[] {
  const { closer: { id }, running } = known;
  const closer = { accountId: TARGET, recoveryId: 'one', atOnce: true, wakeAt: '2020-01-01T00:00:00Z', remindedUntil: '2020-01-01T00:00:00Z', record: { accountId: TARGET, endsAt: '2020-01-01T00:00:00Z', closing: {} } };
  return [id, `${id}x`, running.get('Purge')!.id, running.get('PasswordRecovery/Close')!.id, { id }, undefined].flatMap((execution) => [
    { execution, closer }, { execution, closer: { ...closer, accountId: EXCLUDED } }, { execution: { id: execution, name: 'x' }, closer },
  ]);
}

/** Requests as CloudFormation makes them, at a time when it makes none. */
const forDeletion = (): object[] => ['Create', 'Update', 'Delete'].flatMap((RequestType) => [deployed.stackId, 'arn:aws:cloudformation:us-east-1:111111111111:stack/Other/x'].map((StackId) => ({
  RequestType, StackId, RequestId: 'x', LogicalResourceId: deployed.logicalId('Runbooks/OpenRecoveries/Resource/Default'), PhysicalResourceId: 'x', ResourceProperties: {},
})));

// -- the table --------------------------------------------------------------------------------------------------------

/** What is tried with a function, or why nothing is. */
const ROWS: readonly (readonly [path: RegExp, events: (part: string) => object[] | string])[] = [
  [/^(\w+)\/Sweep\/Functions\/(?:Select|Look|Decide|Purge|Report)$/, forSweep],
  [/^Runbooks\/(\w+\/\w+)Function$/, forRunbook],
  [/^Runbooks\/PasswordRecovery\/(?:Look|CloseAtEnd)$/, forCloser],
  [/^(\w+)\/OnJoin\/Find$/, () => [{ event: { detail: { serviceEventDetails: { accountId: TARGET } } }, startedAt: '2020-01-01T00:00:00Z', now: '2020-01-01T00:00:00Z', failure: {} }]],
  [/\/OnDeploy\/(Handler)$/, () => 'of custom resources: what they believe of a request has tests of its own'],
  [/^RootAccessSwitches\/(Handler)$/, () => 'of custom resources: what they believe of a request has tests of its own'],
  [/^Runbooks\/OpenRecoveries\/(Handler)$/, forDeletion],
  [/^RootUserGuardrailPreflight\/(Handler)$/, () => 'of custom resources: what they believe of a request has tests of its own'],
  [/\/Provider\/(framework-\w+)$/, () => "the CDK's framework hands a request on to the functions above, and its answer to an address that the request names"],
  [/^Monitor\/(Tell)$/, () => 'it is there to tell of what it is given: a forged event is a false alarm, which the metric filters do not share'],
];

const FUNCTIONS = functionsOf(everyStack());

function functionsOf(stack: Stack): string[] {
  const paths = pathsOf(stack);
  return Object.keys(Template.fromStack(stack).findResources('AWS::Lambda::Function')).map((id) => paths.get(id)!);
}

/** Everything that he could have changed. */
async function world({ deployment }: Deployed): Promise<object> {
  const settings = deployment.aws.clientSettings();
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const stepFunctions = new SFNClient(settings);
  const { Buckets } = await s3.send(new ListBucketsCommand({}));
  const objects = await Promise.all(Buckets!.map(async ({ Name }) => {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: Name }));
    return [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => `${Name}/${Key} ${VersionId}`);
  }));
  const { stateMachines } = await stepFunctions.send(new ListStateMachinesCommand({}));
  const executions = await Promise.all(stateMachines!.map(async ({ stateMachineArn }) => (
    (await stepFunctions.send(new ListExecutionsCommand({ stateMachineArn }))).executions!.map(({ executionArn, status }) => `${executionArn} ${status}`))));
  return { objects, executions, published: await published(deployment.aws), ...inOrganization(deployment.organization) };
}

const published = async (aws: Deployed['deployment']['aws']) => Promise.all(['Approvers', 'Reminders'].map(async (topic) => (await aws.published(deployed.id(topic))).length));

function inOrganization({ accounts, buckets, queues, features, delegations, calls }: FakeOrganization) {
  return {
    credentials: accounts.map(({ id, root: { password, accessKeys, signingCertificates, mfaDevices } }) => (
      JSON.stringify([id, password, accessKeys, signingCertificates, mfaDevices]))),
    policies: [...buckets.values(), ...queues.values()].map(({ name, policy }) => [name, policy]),
    features: [...features.current],
    delegates: [...delegations.current.keys()],
    rootSessions: calls.filter(({ operation }) => operation === 'AssumeRoot').length,
  };
}

test('the table has a row for every function of every construct', () => {
  expect(FUNCTIONS.filter((path) => ROWS.filter(([pattern]) => pattern.test(path)).length !== 1)).toEqual([]);
  expect(FUNCTIONS.length).toBeGreaterThan(40);
});

test('who may invoke every function, and nothing else, changes nothing: not in the organization, not in a bucket, not in what runs', async () => {
  ended = await endedExecutions(deployed);
  const before = await world(deployed);
  const tried: string[] = [];
  const succeeded: string[] = [];
  const atOnce = pLimit(4);
  // several functions at once, each with one call after the other: calls at once would each start a process
  await Promise.all(FUNCTIONS.map((path) => atOnce(async () => {
    const [pattern, events] = ROWS.find(([row]) => row.test(path))!;
    const forged = events(pattern.exec(path)![1]);
    for (const event of typeof forged === 'string' ? [] : forged) {
      const command = new InvokeCommand({ FunctionName: deployed.id(path), Payload: JSON.stringify(event) });
      const { FunctionError, StatusCode } = await attacker.send(command);
      expect(StatusCode).toBe(200); // he may invoke it
      tried.push(path);
      succeeded.push(...FunctionError ? [] : [path]);
    }
  })));
  expect(await world(deployed)).toEqual(before);
  expect(new Set(succeeded)).toEqual(new Set(['Purge/OnJoin/Find', 'Runbooks/PasswordRecovery/Look', 'Runbooks/OpenRecoveries/Handler'])); // what they answer is all that they do
  expect(tried.length).toBeGreaterThan(400);
}, 300_000);

test('a sweep that runs can be had to do only what it does itself', async () => {
  const before = inOrganization(organization);
  const { name } = known.running.get('Purge')!;
  const invoke = async (fn: string, event: object) => {
    const { Payload } = await attacker.send(new InvokeCommand({ FunctionName: deployed.id(`Purge/Sweep/Functions/${fn}`), Payload: JSON.stringify(event) }));
    return JSON.parse(Buffer.from(Payload!).toString());
  };
  const { digest } = await invoke('Select', { run: name, settings: SETTINGS, input: {} });
  expect(await invoke('Look', { run: name, digest, batch: 0, settings: SETTINGS })).toEqual({});
  expect(await invoke('Look', { run: name, digest, batch: 1 })).toMatchObject({ errorType: 'BatchUnknown' });
  expect(await invoke('Look', { run: name, digest: '0'.repeat(64), batch: 0 })).toMatchObject({ errorType: 'SelectionTampered' });
  expect(await invoke('Decide', { run: name, digest })).toMatchObject({ errorType: 'RunUnknown' }); // not everything has been looked at
  expect(await invoke('Purge', { run: name, digest, plan: '0'.repeat(64), batch: 0 })).toMatchObject({ errorType: 'RunUnknown' }); // no plan was let go
  expect(await invoke('Report', { run: name, digest })).toMatchObject({ errorType: 'RunUnknown' }); // it has not come to its end
  expect({ ...inOrganization(organization), rootSessions: 0 }).toEqual({ ...before, rootSessions: 0 }); // it is a dry run of one account
  const targets = organization.calls.filter(({ operation }) => operation === 'AssumeRoot').map(({ target }) => target);
  expect(new Set(targets.filter((target) => MEMBERS.includes(target!)).slice(-1))).toEqual(new Set([member(1)]));
}, 120_000);

test('what an approver has approved is the one thing that its runbook can be had to do', async () => {
  const bucket = organization.buckets.get(`locked-${TARGET}`)!;
  const plan = { region: 'us-east-1', resource: `arn:aws:s3:::${bucket.name}`, policy: DENY_ALL, sha256: 'x' };
  await begun(deployed, 'Runbooks/Bucket/Unlock', {
    name: 'running', file: GO_FILE, content: { plan: { ...plan, policy: 'another' }, digest: 'x', startedBy: null, at: new Date().toISOString(), timeoutSeconds: 3_600 },
  });
  const { Payload } = await attacker.send(new InvokeCommand({
    FunctionName: deployed.id('Runbooks/Bucket/UnlockFunction'), Payload: JSON.stringify({ step: 'act', run: 'running', plan }),
  }));
  expect(JSON.parse(Buffer.from(Payload!).toString())).toMatchObject({ errorType: 'PolicyChanged' });
  expect(bucket.policy).toBe(DENY_ALL);
});

test('and he can start no state machine', async () => {
  const start = new StartExecutionCommand({ stateMachineArn: deployed.id('Purge/Sweep/StateMachine'), input: '{}' });
  const settings = { ...deployed.deployment.aws.clientSettings(), credentials: attacker.config.credentials };
  await expect(new SFNClient(settings).send(start)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

async function endedExecutions({ deployment }: Deployed): Promise<{ id: string; name: string }[]> {
  const client = new SFNClient(deployment.aws.clientSettings());
  const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
  const all = await Promise.all(stateMachines!.map(({ stateMachineArn }) => client.send(new ListExecutionsCommand({ stateMachineArn }))));
  return all.flatMap(({ executions }) => executions!).filter(({ status }) => status !== 'RUNNING').map(({ executionArn, name }) => ({ id: executionArn!, name: name! }));
}
