import type { NamedAction, UnnamedRequest } from './named-action';
import { s3Actions } from './s3-actions';
import type { WireRequest } from '../wire';

type Namer = (request: UnnamedRequest) => NamedAction[];

const NAMERS: Readonly<Record<string, Namer>> = {
  cloudformation: cloudFormation,
  events: putEvents,
  iam: iam,
  lambda: lambda,
  logs: json((_operation, input, arn) => arn('logs', `log-group:${input.logGroupName ?? ''}*`.replace(/(.)\*$/, '$1:*'))),
  s3: s3Actions,
  sns: publication,
  scheduler: scheduler,
  sqs: json((_operation, input, arn) => queueArn(input.QueueUrl, arn) ?? arn('sqs', input.QueueName ?? '*')),
  ssm: json(ssmResource),
  states: json(statesResource),
};

/** Empty when the request has no name here; such a request is not checked. */
export function nameActions(request: UnnamedRequest): NamedAction[] {
  return NAMERS[request.scope.service]?.(request) ?? [];
}

/** Operation of a JSON or query request; undefined for REST services. */
export function operationOf({ headers, body }: WireRequest): string | undefined {
  const target = headers['x-amz-target'];
  return target ? String(target).split('.').pop() : new URLSearchParams(body.toString()).get('Action') ?? undefined;
}

type Input = Record<string, any>;
type Arn = (service: string, resource: string) => string;

/** For services whose operation is in a header and whose input is JSON. */
function json(resourceOf: (operation: string, input: Input, arn: Arn) => string | string[] | undefined, only?: readonly string[]): Namer {
  return (request) => {
    const operation = operationOf(request);
    if (!operation || (only && !only.includes(operation))) {
      return [];
    }
    const resources = resourceOf(operation, JSON.parse(request.body.toString() || '{}') as Input, arnIn(request)) ?? '*';
    return [resources].flat().map((resource) => ({ action: `${request.scope.service}:${operation}`, resource, context: {} }));
  };
}

/** Each entry goes to a bus of its own, and says what it is. */
function putEvents(request: UnnamedRequest): NamedAction[] {
  if (operationOf(request) !== 'PutEvents') {
    return [];
  }
  const { Entries: entries = [] } = JSON.parse(request.body.toString()) as { Entries?: Input[] };
  return entries.map(({ EventBusName: bus = 'default', Source: source, DetailType: type }) => ({
    action: 'events:PutEvents',
    resource: String(bus).startsWith('arn:') ? bus : arnIn(request)('events', `event-bus/${bus}`),
    context: { 'events:source': [source], 'events:detail-type': [type] },
  }));
}

function arnIn({ scope, accountId }: UnnamedRequest): Arn {
  return (service, resource) => `arn:aws:${service}:${scope.region}:${accountId}:${resource}`;
}

function statesResource(operation: string, input: Input, arn: Arn): string | undefined {
  switch (operation) {
    case 'CreateStateMachine':
    case 'ValidateStateMachineDefinition':
      return arn('states', `stateMachine:${input.name ?? '*'}`);
    case 'ListStateMachines':
    case 'SendTaskSuccess':
    case 'SendTaskFailure':
    case 'SendTaskHeartbeat':
      return undefined;
    default:
      return input.stateMachineArn ?? input.executionArn ?? input.mapRunArn ?? input.resourceArn ?? input.activityArn;
  }
}

function ssmResource(operation: string, input: Input, arn: Arn): string | string[] | undefined {
  if (/Document/.test(operation) && input.Name) {
    return arn('ssm', `document/${input.Name}`);
  }
  if (/Parameter/.test(operation)) {
    const name: string | undefined = input.Name ?? input.Names?.[0] ?? input.Path;
    return name && arn('ssm', `parameter/${name.replace(/^\//, '')}`);
  }
  if (operation === 'StartAutomationExecution') {
    // Systems Manager user guide, "Setting up identity based policies examples": both are needed
    return [arn('ssm', `document/${String(input.DocumentName).split('/').pop()}`), arn('ssm', 'automation-execution/*')];
  }
  return input.AutomationExecutionId && arn('ssm', `automation-execution/${input.AutomationExecutionId}`);
}

/** Only what a function or a role of ours can call. */
function lambda(request: UnnamedRequest): NamedAction[] {
  const [, name, rest] = /^\/2015-03-31\/functions\/([^/?]+)(\/invocations|\/configuration)?(?:\?|$)/.exec(request.url) ?? [];
  const action = { 'POST/invocations': 'InvokeFunction', 'GET/configuration': 'GetFunctionConfiguration', 'GET': 'GetFunction' }[request.method + (rest ?? '')];
  if (!name || !action) {
    return [];
  }
  const reference = decodeURIComponent(name);
  return [{
    action: `lambda:${action}`,
    resource: reference.startsWith('arn:') ? reference : arnIn(request)('lambda', `function:${reference}`),
    context: {},
  }];
}

function scheduler(request: UnnamedRequest): NamedAction[] {
  const { pathname, searchParams } = new URL(request.url, 'http://local');
  const [, collection, name] = pathname.split('/');
  const verb = { GET: 'Get', POST: 'Create', PUT: 'Update', DELETE: 'Delete' }[request.method];
  if (collection !== 'schedules' || !name || !verb) {
    return [];
  }
  const group = searchParams.get('groupName') ?? bodyOf(request).GroupName ?? 'default';
  return [{ action: `scheduler:${verb}Schedule`, resource: arnIn(request)('scheduler', `schedule/${group}/${name}`), context: {} }];
}

function bodyOf({ body }: WireRequest): Input {
  return JSON.parse(body.toString() || '{}') as Input;
}

function cloudFormation(request: UnnamedRequest): NamedAction[] {
  const form = new URLSearchParams(request.body.toString());
  const stack = form.get('StackName');
  const changeSet = form.get('ChangeSetName');
  const named = stack ?? (changeSet?.startsWith('arn:') ? changeSet : undefined);
  const resource = !named || named.startsWith('arn:') ? named : arnIn(request)('cloudformation', `stack/${named}/*`);
  return [{ action: `cloudformation:${form.get('Action')}`, resource: resource ?? '*', context: {} }];
}

function iam({ body, accountId }: UnnamedRequest): NamedAction[] {
  const form = new URLSearchParams(body.toString());
  const resource = form.get('PolicyArn') && !form.has('RoleName')
    ? form.get('PolicyArn')!
    : form.has('RoleName') ? `arn:aws:iam::${accountId}:role/${form.get('RoleName')}` : '*';
  return [{ action: `iam:${form.get('Action')}`, resource, context: {} }];
}

function publication({ body }: UnnamedRequest): NamedAction[] {
  const form = new URLSearchParams(body.toString());
  const publishes = form.get('Action') === 'Publish' || form.get('Action') === 'PublishBatch';
  return publishes ? [{ action: 'sns:Publish', resource: form.get('TopicArn') ?? form.get('TargetArn')!, context: {} }] : [];
}

function queueArn(url: string | undefined, arn: Arn): string | undefined {
  return url && arn('sqs', url.split('/').pop()!);
}
