import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand, DescribeStateMachineCommand, GetExecutionHistoryCommand, SFNClient, StartExecutionCommand,
  StopExecutionCommand, UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import type { Decision, Deployed } from './deployed';
import type { Grant } from './grants';
import { BELOW, GUARDRAIL, IMPORTED_BUCKET, KEPT, UNDEPLOYED, UNIT } from './stacks';
import { digestOfSettings } from '../../lambda/sweep/acceptance';
import { runPrefix } from '../../lambda/sweep/run-folder';
import { GUARDRAIL_PREFLIGHT_RESOURCE_TYPE } from '../../lib/guardrail/contract';
import { DELEGATION_RESOURCE_TYPE, FEATURES_RESOURCE_TYPE, IAM_SERVICE_PRINCIPAL } from '../../lib/organization/contract';
import { RUN_FILE, type RunFile } from '../../lib/private/contract';
import {
  END_FILE, GO_FILE, LOOKED_FILE, type DecisionReference, type EndFile, type RunReference,
} from '../../lib/sweep/contract';
import { delay, fail, type FakeOrganization, FEATURES } from '../../local-aws/organization';
import { member, SECURITY } from '../deploy/testing';
import { eventNamed } from '../lambda/monitor/activity/events';
import { eventually } from '../support/eventually';

/** Does what needs a grant, and returns all that came of it. */
export type Exercise = (deployed: Deployed, grant: Grant) => Promise<string>;

const SWITCHES = 'RootAccessSwitches/Handler';
const OLDER = member(8);

export const EXERCISES: Readonly<Record<string, Exercise>> = {
  'switch on': async (deployed) => {
    allOff(organizationOf(deployed));
    return ask(deployed, SWITCHES, featuresEvent(deployed, 'Create'));
  },
  'switch on, and fail': async (deployed) => {
    allOff(organizationOf(deployed));
    return failing(deployed, 'iam:EnableOrganizationsRootSessions', () => ask(deployed, SWITCHES, featuresEvent(deployed, 'Create')));
  },
  'switch off': async (deployed) => {
    const organization = organizationOf(deployed);
    allOn(organization);
    [...organization.delegations.current.keys()].forEach((id) => organization.undelegate(id));
    return ask(deployed, SWITCHES, { ...featuresEvent(deployed, 'Delete'), PhysicalResourceId: organization.organizationId });
  },
  'delegate': async (deployed, { at }) => {
    const accountId = delegateOf(at.construct);
    allOn(organizationOf(deployed));
    organizationOf(deployed).undelegate(accountId);
    return ask(deployed, SWITCHES, delegationEvent(deployed, 'Create', at.construct));
  },
  'delegate, and fail': async (deployed, { at }) => {
    const accountId = delegateOf(at.construct);
    allOn(organizationOf(deployed));
    organizationOf(deployed).undelegate(accountId);
    return failing(deployed, 'organizations:RegisterDelegatedAdministrator', () => ask(deployed, SWITCHES, delegationEvent(deployed, 'Create', at.construct)));
  },
  'deregister the older account': (deployed) => deregister(deployed, `${organizationOf(deployed).organizationId}/${OLDER}`),
  'deregister an account that was registered before': (deployed) => deregister(deployed, `${organizationOf(deployed).organizationId}/${OLDER}/adopted`),
  'wait for a sweep': (deployed, grant) => runMachine(deployed, grant, 'Purge/OnDeploy/Provider/waiter-state-machine', cloudFormationEvent(deployed), { untilDenied: true }),
  'ask the switches by CloudFormation': (deployed) => deployed.invoke('RootAccessSwitches/Provider/framework-onEvent', {
    ...featuresEvent(deployed, 'Delete'),
  }),
  'start by the schedule': (deployed) => startAs(deployed, 'Purge/Schedule/Role', 'Purge/Sweep/StateMachine', NOTHING),
  'start by the rule': (deployed) => startAs(deployed, 'Purge/OnJoin/StateMachine/EventsRole', 'Purge/OnJoin/StateMachine', JOINED),
  'sweep': async (deployed, grant) => {
    allOn(organizationOf(deployed));
    return runMachine(deployed, grant, 'Purge/Sweep/StateMachine', { accounts: [member(1)] }, { untilDenied: isTriedForLong(grant) });
  },
  'an account joins': (deployed, grant) => runMachine(deployed, grant, 'Purge/OnJoin/StateMachine', JOINED, { untilDenied: true }),
  'tell': (deployed) => deployed.invoke('Monitor/Tell', deliveryOf({ ...eventNamed('root of a member account signs in'), eventID: randomUUID() })),
  'find the account that joined': (deployed) => deployed.invoke('Purge/OnJoin/Find', {
    event: JOINED, startedAt: LONG_AGO, now: LONG_AGO, failure: {},
  }),
  'look before a guardrail': lookBeforeGuardrail,
  'look before a guardrail is changed': (deployed) => ask(deployed, PREFLIGHT, guardrailEvent(deployed, 'Update')),
  'clean up after a guardrail': (deployed) => cleanUp(deployed, PREFLIGHT, guardrailEvent(deployed, 'Delete')),
  'clean up after a switch': (deployed) => cleanUp(deployed, SWITCHES, featuresEvent(deployed, 'Delete')),
  'ask the preflight by CloudFormation': (deployed) => deployed.invoke('RootUserGuardrailPreflight/Provider/framework-onEvent', guardrailEvent(deployed, 'Delete')),
  'select': async (deployed, grant) => {
    allOn(organizationOf(deployed));
    return select(deployed, grant);
  },
  'select an account in a unit': async (deployed, grant) => {
    allOn(organizationOf(deployed));
    return select(deployed, grant, { accounts: [member(11)] });
  },
  'look at a batch': lookAtBatch,
  'look at a batch that a policy denies': (deployed, grant) => belowADenial(deployed, grant, lookAtBatch),
  'look at a batch that gets no session': (deployed, grant) => withoutSession(deployed, grant, lookAtBatch),
  'decide': (deployed, grant) => whatIsDecided(deployed, grant),
  'decide about everything': (deployed, grant) => whatIsDecided(deployed, grant, {}),
  'decide in a recovery': async (deployed, grant) => {
    await recordRecovery(deployed, grant);
    return whatIsDecided(deployed, grant);
  },
  'purge a batch': purgeBatch,
  'purge a batch that a policy denies': (deployed, grant) => purgeBatch(deployed, grant, belowADenial),
  'purge a batch that gets no session': (deployed, grant) => purgeBatch(deployed, grant, withoutSession),
  'purge a batch in a recovery': (deployed, grant) => purgeBatch(deployed, grant, async (_deployed, _grant, purge) => {
    await recordRecovery(deployed, grant);
    return purge(deployed, grant);
  }),
  'report what was seen': async (deployed, grant) => {
    const { run } = await lookedAt(deployed, grant);
    return report(deployed, grant, run);
  },
  'report what was purged': async (deployed, grant) => {
    const { run, decision } = await purged(deployed, grant);
    return report(deployed, grant, { ...run, decision });
  },
  'report': async (deployed, grant) => {
    allOn(organizationOf(deployed));
    return report(deployed, grant, JSON.parse(await select(deployed, grant, {})) as RunReference); // what is narrowed is not the latest report
  },
  'start': startOfDeployment,
  'delete': (deployed) => ask(deployed, DEPLOYMENT, sweepEvent(deployed, 'Delete')).finally(() => acceptAgain(deployed)),
  'delete beside a sweep': deleteBesideASweep,
  'clean up': (deployed) => cleanUp(deployed, DEPLOYMENT, sweepEvent(deployed, 'Delete')),
  'ask the sweep by CloudFormation': (deployed) => ask(deployed, 'Purge/OnDeploy/Provider/framework-onEvent', sweepEvent(deployed, 'Delete')).finally(() => acceptAgain(deployed)),
  'ask for the end of the sweep': (deployed) => deployed.invoke('Purge/OnDeploy/Provider/framework-isComplete', cloudFormationEvent(deployed)),
};

export const organizationOf = ({ deployment }: Deployed) => deployment.organization;

// -- what state machines do -------------------------------------------------------------------------------------------

/** When a run of a state machine is over for an exercise, beside its own end. It is stopped then. */
interface Enough {
  /** Where it tries on for long. */
  readonly untilDenied?: boolean;
  /** Path of a topic; where it waits then. */
  readonly untilPublishedTo?: string;
  /** Of the execution. */
  readonly name?: string;
}

/** What a state machine tries again for long. */
export const isTriedForLong = ({ action }: Grant) => ['lambda:InvokeFunction', 's3:PutObject'].includes(action);

/** Runs a state machine, and returns what came of it. */
export async function runMachine(deployed: Deployed, { action }: Grant, machine: string, input: object, enough: Enough = {}): Promise<string> {
  const { untilDenied, untilPublishedTo: topic, name } = enough;
  const { aws } = deployed.deployment;
  const client = new SFNClient(aws.clientSettings());
  const { roleArn } = deployed.caller(`${machine}/Role`);
  const isDenial = (decision: Decision) => decision.roleArn === roleArn && decision.action === action && decision.denial !== undefined;
  const denials = () => deployed.decisions().filter(isDenial).length;
  const messages = async () => topic ? (await aws.published(deployed.id(topic))).length : 0;
  const [denialsBefore, messagesBefore] = [denials(), await messages()];
  const start = { stateMachineArn: deployed.id(machine), input: JSON.stringify(input), name };
  const { executionArn } = await client.send(new StartExecutionCommand(start));
  return eventually(async () => {
    const { status, output, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') {
      return output ?? cause ?? '';
    }
    if ((untilDenied && denials() > denialsBefore) || await messages() > messagesBefore) {
      await client.send(new StopExecutionCommand({ executionArn }));
      return '';
    }
    return false;
  }, { timeout: 280_000 });
}

/** What a state machine says of an execution. */
interface Begun {
  readonly input?: object;
  /** @default long ago */
  readonly startTime?: string;
  /** @default run.json */
  readonly file?: string;
  readonly content?: object;
  readonly name?: string;
}

/** Writes a control file of an execution that runs. Nobody else than the state machine may, so it is done with its role. */
export async function begun(deployed: Deployed, path: string, what: Begun) {
  const { input = {}, startTime = LONG_AGO, file = RUN_FILE, content, name = latest } = what;
  const client = new SFNClient(deployed.deployment.aws.clientSettings());
  const machine = deployed.id(`${path}/StateMachine`);
  const definition = await deployed.definition(`${path}/StateMachine`);
  const { Bucket, 'Key.$': key, Body } = JSON.parse(definition).States.WriteRun.Parameters;
  const [, prefix] = /'([^']*control\/.+\/)\{\}/.exec(key)!;
  const execution = { id: await running(client, machine, definition), name, startTime, machine };
  const run: RunFile = { execution, input, settings: Body.settings, timeoutSeconds: 1e10 };
  await new S3Client({ ...deployed.settingsAs(`${path}/StateMachine/Role`), forcePathStyle: true }).send(new PutObjectCommand({
    Bucket, Key: `${prefix}${name}/${file}`, Body: JSON.stringify(content ?? run),
  }));
  return execution;
}

const idle = new Map<string, string>();

/** An execution that runs. Another exercise may have stopped it: one that deletes the sweep stops what is at work. */
async function running(client: SFNClient, stateMachineArn: string, definition: string): Promise<string> {
  const executionArn = idle.get(stateMachineArn);
  if (executionArn && (await client.send(new DescribeExecutionCommand({ executionArn }))).status === 'RUNNING') {
    return executionArn;
  }
  const another = await idling(client, stateMachineArn, '{"dryRun":true}', definition);
  idle.set(stateMachineArn, another);
  return another;
}

/** An execution that runs and does nothing: of the state machine, and begun when that had another definition. */
export async function idling(client: SFNClient, stateMachineArn: string, input: string, definition?: string): Promise<string> {
  const own = definition ?? (await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).definition!;
  const waiting = JSON.stringify({ StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 86_400, End: true } } });
  await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: waiting }));
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, input }));
  await eventually(async () => { // before that, it would go by the definition that comes next
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    return events!.some(({ type }) => type === 'WaitStateEntered');
  });
  await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: own }));
  return executionArn!;
}

/** As CloudWatch Logs delivers it. */
const deliveryOf = (event: object) => ({
  awslogs: { data: gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents: [{ id: '1', message: JSON.stringify(event) }] })).toString('base64') },
});

// -- the switches -----------------------------------------------------------------------------------------------------

function allOff(organization: FakeOrganization) {
  organization.distrust(IAM_SERVICE_PRINCIPAL);
  organization.features.current = new Set();
}

export function allOn(organization: FakeOrganization) {
  organization.trust(IAM_SERVICE_PRINCIPAL);
  organization.features.current = new Set(FEATURES);
}

const delegateOf = (construct: string) => construct === 'KeptAccount' ? KEPT : SECURITY;

const featuresEvent = (deployed: Deployed, RequestType: string) => ({
  ...cloudFormationEvent(deployed, RequestType),
  ResourceType: FEATURES_RESOURCE_TYPE,
  LogicalResourceId: deployed.logicalId('RootAccess/Resource/Default'),
  ResourceProperties: { Features: FEATURES, RemovalPolicy: 'destroy' },
});

const delegationEvent = (deployed: Deployed, RequestType: string, construct: string) => ({
  ...cloudFormationEvent(deployed, RequestType),
  ResourceType: DELEGATION_RESOURCE_TYPE,
  LogicalResourceId: deployed.logicalId(`${construct}/Resource/Default`),
  ResourceProperties: { AccountId: delegateOf(construct), Exclusive: 'false', RemovalPolicy: 'destroy' },
});

async function deregister(deployed: Deployed, PhysicalResourceId: string): Promise<string> {
  allOn(organizationOf(deployed));
  organizationOf(deployed).delegate(OLDER);
  return ask(deployed, SWITCHES, { ...delegationEvent(deployed, 'Delete', 'SecurityAccount'), PhysicalResourceId });
}

/** A switch whose first answer tells nothing and whose second is no: it may be on, so the function has to take it back. */
async function failing(deployed: Deployed, operation: string, exercise: () => Promise<string>): Promise<string> {
  const { faults } = organizationOf(deployed);
  const remove = [
    faults.add({ operation, times: 1, effect: fail('ServiceFailure') }),
    faults.add({ operation, effect: fail('InvalidInputException') }),
  ];
  return exercise().finally(() => remove.forEach((end) => end()));
}

interface StackEvent {
  readonly RequestType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly [name: string]: unknown;
}

/** Sends a request of CloudFormation while that says it is about to do what it asks for. */
export async function ask(deployed: Deployed, fn: string, event: StackEvent, stackStatus = 'UPDATE_IN_PROGRESS'): Promise<string> {
  const { aws } = deployed.deployment;
  const resource = { logicalId: event.LogicalResourceId, physicalId: event.PhysicalResourceId };
  await aws.underWay(deployed.stackId, stackStatus, { ...resource, status: `${event.RequestType.toUpperCase()}_IN_PROGRESS` });
  try {
    return await deployed.invoke(fn, event);
  } finally {
    await aws.underWay(deployed.stackId, 'UPDATE_COMPLETE', { ...resource, status: 'UPDATE_COMPLETE' });
  }
}

/** Of something that was replaced and is no more: the events alone know it, and here they do not. */
export async function cleanUp(deployed: Deployed, fn: string, event: StackEvent): Promise<string> {
  const { aws } = deployed.deployment;
  const other = { logicalId: event.LogicalResourceId, physicalId: 'another', status: 'UPDATE_COMPLETE' };
  await aws.underWay(deployed.stackId, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', other);
  try {
    return await deployed.invoke(fn, event);
  } finally {
    await aws.underWay(deployed.stackId, 'UPDATE_COMPLETE', other);
  }
}

/** A Delete does least: nothing is swept, and switches that are retained stay. Nobody waits for the answer at its address. */
export const cloudFormationEvent = ({ deployment, stackId }: Deployed, RequestType = 'Delete') => ({
  RequestType,
  StackId: stackId,
  RequestId: randomUUID(),
  LogicalResourceId: 'Resource',
  PhysicalResourceId: 'resource',
  ResponseURL: `${deployment.aws.endpoint}/_ministack/cfn-response/nobody`,
});

// -- the guardrail ----------------------------------------------------------------------------------------------------

const PREFLIGHT = 'RootUserGuardrailPreflight/Handler';

function guardrailEvent(deployed: Deployed, RequestType: string) {
  const ResourceProperties = { PolicyName: GUARDRAIL, Targets: [deployed.deployment.organization.rootId, UNIT, member(1)], TolerateBlockedRootSessions: 'false' };
  const properties = { ResourceProperties, OldResourceProperties: ResourceProperties };
  const LogicalResourceId = deployed.logicalId('Guardrail/Preflight/Default');
  return { ...cloudFormationEvent(deployed, RequestType), ResourceType: GUARDRAIL_PREFLIGHT_RESOURCE_TYPE, LogicalResourceId, ...properties };
}

/** Among policies of which one may deny root sessions something: where that is attached is asked for. */
async function lookBeforeGuardrail(deployed: Deployed): Promise<string> {
  const { policies } = organizationOf(deployed);
  const condition = { StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } };
  const Statement = [{ Effect: 'Deny', Action: 's3:*', Resource: '*', Condition: condition }];
  const added = [policies.add('Regions', { Version: '2012-10-17', Statement }, UNIT), policies.addResourceControl('Perimeter', { Statement }, UNIT)];
  const event = guardrailEvent(deployed, 'Create');
  return ask(deployed, PREFLIGHT, { ...event, ResourceProperties: { ...event.ResourceProperties, PolicyName: 'another' } }).finally(() => {
    added.forEach(({ id }) => {
      policies.detach(id, UNIT);
      policies.remove(id);
    });
  });
}

// -- the sweep --------------------------------------------------------------------------------------------------------

/** Long ago, so that a denial is not taken for a permission that takes effect late. */
const LONG_AGO = '2026-01-01T00:00:00Z';
/** The run that an exercise is about: each that selects has one of its own, since a selection is written once. */
let latest = 'none';
const RUN = () => ({ run: latest });
const EXECUTION = () => ({ name: latest, startTime: LONG_AGO });

const functionOf = ({ at }: Grant, name: string) => `${at.construct}/Sweep/Functions/${name}`;
const accountOf = ({ resource }: Grant) => /:(\d{12}):root$/.exec(resource)?.[1] ?? member(1);

/** An input that becomes no sweep. */
const NOTHING = { notBefore: '2999-01-01T00:00:00Z' };
const JOINED = { detail: { eventName: 'AccountJoinedOrganization', serviceEventDetails: { accountId: member(1) } } };

/** As EventBridge does it with the role. */
async function startAs(deployed: Deployed, role: string, machine: string, input: object): Promise<string> {
  allOn(organizationOf(deployed));
  const start = new SFNClient(deployed.settingsAs(role)).send(new StartExecutionCommand({
    stateMachineArn: deployed.id(machine), input: JSON.stringify(input),
  }));
  return start.then(({ executionArn }) => executionArn!, ({ message }: Error) => message);
}

async function select(deployed: Deployed, grant: Grant, input: object = { accounts: [accountOf(grant)] }): Promise<string> {
  latest = randomUUID();
  await begun(deployed, `${grant.at.construct}/Sweep`, { input });
  return deployed.invoke(functionOf(grant, 'Select'), RUN());
}

async function report(deployed: Deployed, grant: Grant, run: EndFile['run']): Promise<string> {
  await begun(deployed, `${grant.at.construct}/Sweep`, { file: END_FILE, content: { run } });
  return deployed.invoke(functionOf(grant, 'Report'), RUN());
}

/** Does something with a grant. */
type With = (deployed: Deployed, grant: Grant) => Promise<string>;

/** Does something amid something else. */
type Amid = (deployed: Deployed, grant: Grant, purge: With) => Promise<string>;

/** What a walk over one batch has written, of the attempt that began last. */
async function resultsOf({ deployment, id }: Deployed, { at }: Grant, file: string): Promise<string> {
  const bucket = at.construct === 'Units' ? IMPORTED_BUCKET : id(`${at.construct}/Reports`);
  const results = (await deployment.objectsIn(bucket)).filter((address) => address.includes(`/${runPrefix(EXECUTION())}${file}`));
  return deployment.read(results.sort().at(-1)!);
}

/** A batch of one account with credentials; what came of it is in its results. */
async function lookAtBatch(deployed: Deployed, grant: Grant): Promise<string> {
  const { answer } = await lookedAt(deployed, grant);
  return answer === '{}' ? resultsOf(deployed, grant, 'look-0000-') : answer;
}

async function lookedAt(deployed: Deployed, grant: Grant, input?: object): Promise<{ answer: string; run: RunReference }> {
  const organization = organizationOf(deployed);
  allOn(organization);
  const { root } = organization.account(accountOf(grant));
  root.password = true;
  root.accessKeys = [{ id: 'AKIA1', status: 'Active', createDate: 0 }]; // which no recovery keeps
  const run = JSON.parse(await select(deployed, grant, input)) as RunReference;
  const answer = await deployed.invoke(functionOf(grant, 'Look'), { ...RUN(), digest: run.digest, batch: 0 });
  return { answer, run };
}

async function whatIsDecided(deployed: Deployed, grant: Grant, input?: object): Promise<string> {
  const { answer } = await decided(deployed, grant, input);
  return answer.includes('"batches"') ? resultsOf(deployed, grant, 'decision.json') : answer;
}

async function decided(deployed: Deployed, grant: Grant, input?: object): Promise<{ answer: string; run: RunReference }> {
  const { run } = await lookedAt(deployed, grant, input);
  await begun(deployed, `${grant.at.construct}/Sweep`, { file: LOOKED_FILE, content: { digest: run.digest } });
  const answer = await deployed.invoke(functionOf(grant, 'Decide'), RUN());
  return { answer, run };
}

/** What comes of the purge of an account with credentials. */
async function purgeBatch(deployed: Deployed, grant: Grant, amid?: Amid): Promise<string> {
  const { answer } = await purged(deployed, grant, amid);
  return answer === '{}' ? resultsOf(deployed, grant, 'purge-0000-') : answer;
}

async function purged(
  deployed: Deployed, grant: Grant, amid: Amid = (_deployed, at, purge) => purge(deployed, at),
): Promise<{ answer: string; run: RunReference; decision: DecisionReference }> {
  const inUnit = amid === belowADenial || amid === withoutSession || grant.at.construct === 'Units';
  const at = inUnit ? { ...grant, resource: grant.resource.includes(':ou/') ? BELOW_UNIT : IN_UNIT } : grant;
  const { run, answer: reference } = await decided(deployed, at);
  const decision = JSON.parse(reference) as DecisionReference;
  await begun(deployed, `${grant.at.construct}/Sweep`, { file: GO_FILE, content: { plan: decision.plan } });
  const answer = await amid(deployed, at, () => deployed.invoke(functionOf(grant, 'Purge'), { ...RUN(), digest: run.digest, batch: 0 }));
  return { answer, run, decision };
}

async function recordRecovery(deployed: Deployed, grant: Grant): Promise<void> {
  const accountId = accountOf(grant);
  const record = { accountId, reason: 'TICKET-1', openedAt: '2026-01-01T00:00:00Z', endsAt: '2999-01-01T00:00:00Z' };
  const client = new S3Client({ ...deployed.settingsAs('Runbooks/PasswordRecovery/AllowFunctionRole'), forcePathStyle: true }); // nobody else may write
  await client.send(new PutObjectCommand({ Bucket: deployed.id('Runbooks/Records'), Key: `recoveries/${accountId}.json`, Body: JSON.stringify(record) }));
}

/** An account in a unit, so that there is every kind of level above it. */
const IN_UNIT = `arn:aws:iam::${member(11)}:root`;
const BELOW_UNIT = `arn:aws:iam::${BELOW}:root`;

/** A policy denies a call of the session. */
async function belowADenial(deployed: Deployed, grant: Grant, walk: With): Promise<string> {
  const { policies } = organizationOf(deployed);
  const { id } = policies.add('No summaries', { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'iam:GetAccountSummary', Resource: '*' }] }, UNIT);
  return walk(deployed, { ...grant, resource: IN_UNIT }).finally(() => {
    policies.detach(id, UNIT);
    policies.remove(id);
  });
}

/** The same by a resource control policy, which is looked for where AWS gives no session. */
async function withoutSession(deployed: Deployed, grant: Grant, walk: With): Promise<string> {
  const { policies, switches } = organizationOf(deployed);
  const { id } = policies.addResourceControl('Perimeter', { Statement: [{ Effect: 'Deny', Action: 'sts:AssumeRoot', Resource: '*' }] }, UNIT);
  switches.resourceControlPoliciesReachAssumeRoot = true;
  return walk(deployed, { ...grant, resource: IN_UNIT }).finally(() => {
    switches.resourceControlPoliciesReachAssumeRoot = false;
    policies.detach(id, UNIT);
    policies.remove(id);
  });
}

const DEPLOYMENT = 'Purge/OnDeploy/Handler';

function sweepEvent(deployed: Deployed, RequestType: string) {
  const event = cloudFormationEvent(deployed, RequestType);
  return { ...event, LogicalResourceId: deployed.logicalId('Purge/OnDeploy/Resource/Default'), ResourceProperties: { Sweep: {} } };
}

/** The settings that the stack has: an exercise may have withdrawn them. With the role of the deployment's function, since nobody else may write them. */
const acceptAgain = (deployed: Deployed) => accept(deployed, 'Purge', deployed.settingsAs(`${DEPLOYMENT}Role`));

/** The settings of sweeps that do not begin with the deployment, which nothing accepts: as administrator. */
export async function acceptUndeployed(deployed: Deployed): Promise<void> {
  for (const construct of UNDEPLOYED) {
    await accept(deployed, construct, deployed.deployment.aws.clientSettings());
  }
}

/** Writes what a deployment of a sweep would: that its settings are those to go by. */
async function accept(deployed: Deployed, construct: string, as: S3ClientConfig) {
  const settings = digestOfSettings(JSON.parse(await deployed.definition(`${construct}/Sweep/StateMachine`)).States.WriteRun.Parameters.Body.settings);
  const { REPORTS_BUCKET: Bucket, ACCEPTED_KEY: Key } = await variablesOf(deployed, `${construct}/Sweep/Functions/Select`);
  await new S3Client({ ...as, forcePathStyle: true }).send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify({ settings }) }));
}

/** The end of its sweep is not waited for: without one, no other start is honoured. */
async function startOfDeployment(deployed: Deployed): Promise<string> {
  const answer = await ask(deployed, DEPLOYMENT, sweepEvent(deployed, 'Create'));
  const { ExecutionArn } = JSON.parse(answer) as { readonly ExecutionArn: string };
  await new SFNClient(deployed.deployment.aws.clientSettings()).send(new StopExecutionCommand({ executionArn: ExecutionArn }));
  await acceptAgain(deployed);
  return answer;
}

async function deleteBesideASweep(deployed: Deployed): Promise<string> {
  const remove = organizationOf(deployed).faults.add({ operation: 'organizations:DescribeOrganization', effect: delay(3_000) });
  await new SFNClient(deployed.deployment.aws.clientSettings()).send(new StartExecutionCommand({ stateMachineArn: deployed.id('Purge/Sweep/StateMachine'), input: '{}' }));
  return ask(deployed, DEPLOYMENT, sweepEvent(deployed, 'Delete')).finally(async () => {
    remove();
    await acceptAgain(deployed);
  });
}

async function variablesOf({ deployment, id }: Deployed, fn: string) {
  const { Environment } = await new LambdaClient(deployment.aws.clientSettings()).send(new GetFunctionConfigurationCommand({ FunctionName: id(fn) }));
  return Environment!.Variables!;
}
