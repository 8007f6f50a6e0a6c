import type { CdkCustomResourceEvent } from 'aws-lambda';
import { delegates, delegateTo, MANAGEMENT, ORGANIZATION_ID, OTHER, SECURITY, switchesOf, world } from './testing';
import type { FakeOrganization } from '../../../../local-aws/organization';
import { fail } from '../../../../local-aws/organization';
import { setEnvironment } from '../../../support/environment-variables';
import { onTestFinished } from '../../../support/on-test-finished';
import { type FakeStack, FakeStacks, serveStacks, STACK_ID } from '../../aws/fake-stacks';

const PRESIGNED = 'https://cloudformation-custom-resource-response.example/?X-Amz-Signature=secret';

/** The handler as Lambda loads it: its clients read the environment of the test. What is asked of it, CloudFormation is about to do, unless a test says otherwise. */
async function handlerIn(accountId = MANAGEMENT) {
  const { organization } = await world({}, accountId);
  const stacks = new FakeStacks();
  const stack = stacks.add({ status: 'CREATE_COMPLETE' });
  const { endpoint, close } = await serveStacks(stacks);
  onTestFinished(close);
  jest.resetModules();
  setEnvironment({ POWERTOOLS_LOG_LEVEL: 'INFO', AWS_ENDPOINT_URL_CLOUDFORMATION: endpoint, STACK_ID });
  const lines = captureLogs();
  const { handler } = await import('../../../../lambda/organization/switches/handler');
  /** A request as it is, with what the template says of the resource. */
  const send = (event: Partial<CdkCustomResourceEvent>, template: object = event.ResourceProperties ?? {}) => {
    process.env.SWITCHES = JSON.stringify({ RootAccess: template });
    return handler(request(event));
  };
  return {
    organization,
    lines,
    stacks,
    stack,
    send,
    handler: (event: Partial<CdkCustomResourceEvent>, template?: object) => {
      const physicalId = (event as { PhysicalResourceId?: string }).PhysicalResourceId;
      stack.status = event.RequestType === 'Delete' ? 'DELETE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS';
      stack.resources.set('RootAccess', { status: `${event.RequestType!.toUpperCase()}_IN_PROGRESS`, physicalId });
      return send(event, template);
    },
  };
}

describe('the handler', () => {
  test('creates, updates and deletes the features that CloudFormation asks for', async () => {
    const { organization, handler } = await handlerIn();
    const properties = { ServiceToken: 'arn', ServiceTimeout: '720', Features: ['RootCredentialsManagement'], RemovalPolicy: 'destroy' };
    const event = { ResourceType: 'Custom::OrgRootAccessFeatures', ResourceProperties: properties };
    const created = await handler({ ...event, RequestType: 'Create' });
    expect(created.Data).toEqual({ OrganizationId: ORGANIZATION_ID, ManagementAccountId: MANAGEMENT });
    expect(switchesOf(organization)).toEqual({ trustedAccess: true, features: ['RootCredentialsManagement'] });

    const more = { ...properties, Features: ['RootCredentialsManagement', 'RootSessions'] };
    const updated = await handler({ ...event, RequestType: 'Update', ResourceProperties: more, OldResourceProperties: properties, PhysicalResourceId: created.PhysicalResourceId });
    expect(updated).toEqual(created);

    await handler({ ...event, RequestType: 'Delete', ResourceProperties: more, PhysicalResourceId: created.PhysicalResourceId });
    expect(switchesOf(organization)).toEqual({ trustedAccess: false, features: [] });
  });

  test('creates and deletes a delegation, with its flags as the strings that CloudFormation makes of them', async () => {
    const { organization, handler } = await handlerIn();
    trustIam(organization);
    const event = { ResourceType: 'Custom::RootAccessDelegation', ResourceProperties: { ServiceToken: 'arn', AccountId: SECURITY, Exclusive: 'true', RemovalPolicy: 'destroy' } };
    const { PhysicalResourceId, Data } = await handler({ ...event, RequestType: 'Create' });
    expect(Data).toEqual({ AccountId: SECURITY });
    expect(delegates(organization)).toEqual([SECURITY]);
    await handler({ ...event, RequestType: 'Delete', PhysicalResourceId });
    expect(delegates(organization)).toEqual([]);
  });

  test('refuses a resource that it does not know', async () => {
    const { handler } = await handlerIn();
    await expect(handler({ RequestType: 'Create', ResourceType: 'Custom::Else' })).rejects.toThrow('unknown resource type Custom::Else');
  });

  test('throws errors whose stack is the message, short enough for an answer to CloudFormation', async () => {
    const { organization, handler } = await handlerIn();
    organization.faults.add({ operation: 'organizations:DescribeOrganization', effect: fail('ServiceRefused', 'x'.repeat(10_000)) });
    const event = { RequestType: 'Create', ResourceType: 'Custom::OrgRootAccessFeatures', ResourceProperties: { ServiceToken: 'arn', Features: ['RootSessions'], RemovalPolicy: 'retain' } } as const;
    const error: Error = await handler(event).then(() => Promise.reject(new Error('it succeeded')), (reason) => reason);
    expect(error.stack).toBe(error.message);
    expect(error.message).toMatch(/^ServiceRefused: x+$/);
    expect(error.message.length).toBeLessThan(3_300);
  });

  test('never logs the address at which CloudFormation waits, nor the event as a whole', async () => {
    const { handler, lines } = await handlerIn(SECURITY);
    const event = { RequestType: 'Create', ResourceType: 'Custom::OrgRootAccessFeatures', ResourceProperties: { ServiceToken: 'arn', Features: ['RootSessions'], RemovalPolicy: 'retain' } } as const;
    await expect(handler(event)).rejects.toThrow('is not the management account');
    expect(lines.join('\n')).toContain('is not the management account');
    expect(lines.join('\n')).not.toMatch(/ResponseURL|X-Amz-Signature/);
  });
});

const FEATURES = { ResourceType: 'Custom::OrgRootAccessFeatures', ResourceProperties: { ServiceToken: 'arn', Features: ['RootCredentialsManagement', 'RootSessions'], RemovalPolicy: 'retain' } };
const DELEGATION = { ResourceType: 'Custom::RootAccessDelegation', ResourceProperties: { ServiceToken: 'arn', AccountId: SECURITY, Exclusive: 'false', RemovalPolicy: 'destroy' } };
const DELEGATED = `${ORGANIZATION_ID}/${SECURITY}`;

/** Everything is on, and an account is delegated. */
async function everythingOn() {
  const all = await handlerIn();
  await all.handler({ ...FEATURES, RequestType: 'Create' });
  await all.handler({ ...DELEGATION, RequestType: 'Create' });
  const before = { ...switchesOf(all.organization), delegates: delegates(all.organization) };
  expect(before).toEqual({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'], delegates: [SECURITY] });
  return { ...all, before, now: () => ({ ...switchesOf(all.organization), delegates: delegates(all.organization) }) };
}

describe('whoever may invoke the function, and nothing else', () => {
  const destroy = (event: typeof FEATURES | typeof DELEGATION) => ({ ...event, ResourceProperties: { ...event.ResourceProperties, RemovalPolicy: 'destroy' } });

  test('switches nothing by requests that are not those of CloudFormation', async () => {
    const { stack, stacks, send, before, now } = await everythingOn();
    stacks.add({ id: 'other', status: 'DELETE_IN_PROGRESS' });
    const forged = [
      { ...destroy(FEATURES), RequestType: 'Delete', PhysicalResourceId: ORGANIZATION_ID },
      { ...destroy(FEATURES), RequestType: 'Update', PhysicalResourceId: ORGANIZATION_ID, OldResourceProperties: FEATURES.ResourceProperties },
      { ...destroy(DELEGATION), RequestType: 'Delete', PhysicalResourceId: DELEGATED },
      { ...DELEGATION, RequestType: 'Create', ResourceProperties: { ...DELEGATION.ResourceProperties, AccountId: OTHER } },
    ] as Partial<CdkCustomResourceEvent>[];
    for (const event of forged) {
      stack.status = 'UPDATE_COMPLETE';
      await expect(send(event, DELEGATION.ResourceProperties)).rejects.toThrow('the stack is not being deployed (UPDATE_COMPLETE)');
      stack.status = 'UPDATE_IN_PROGRESS';
      await expect(send({ ...event, StackId: 'other' }, DELEGATION.ResourceProperties)).rejects.toThrow('its stack is not');
    }
    stack.resources.set('RootAccess', { status: 'UPDATE_COMPLETE', physicalId: ORGANIZATION_ID }); // something else is deployed
    const refusals = await Promise.allSettled(forged.map((event) => send(event, DELEGATION.ResourceProperties)));
    expect(refusals.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
    expect(now()).toEqual(before);
  });

  test('switches nothing while another account is deregistered, or another resource deleted', async () => {
    const { stack, send, before, now } = await everythingOn();
    stack.status = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';
    stack.resources.set('RootAccess', { status: 'UPDATE_COMPLETE', physicalId: DELEGATED });
    stack.events.push(
      { logicalId: 'RootAccess', physicalId: `${ORGANIZATION_ID}/${OTHER}`, status: 'DELETE_IN_PROGRESS', at: new Date() },
      { logicalId: 'Other', physicalId: DELEGATED, status: 'DELETE_IN_PROGRESS', at: new Date() },
      { logicalId: 'RootAccess', physicalId: STACK_ID, status: 'UPDATE_IN_PROGRESS', at: new Date() },
    );
    await expect(send({ ...DELEGATION, RequestType: 'Delete', PhysicalResourceId: DELEGATED } as Partial<CdkCustomResourceEvent>)).rejects.toThrow('does not delete the resource RootAccess');
    expect(now()).toEqual(before);
  });

  test('has a request of CloudFormation carried out as the template says, whatever properties are sent with it', async () => {
    const { organization, handler, before, now } = await everythingOn();
    await handler({ ...destroy(FEATURES), RequestType: 'Delete', PhysicalResourceId: ORGANIZATION_ID } as Partial<CdkCustomResourceEvent>, FEATURES.ResourceProperties);
    await handler({
      ...destroy(FEATURES),
      RequestType: 'Update',
      PhysicalResourceId: ORGANIZATION_ID,
      OldResourceProperties: FEATURES.ResourceProperties,
      ResourceProperties: { Features: ['RootSessions'], RemovalPolicy: 'destroy' },
    } as unknown as Partial<CdkCustomResourceEvent>, FEATURES.ResourceProperties);
    expect(now()).toEqual(before);

    delegateTo(organization);
    await handler({ ...DELEGATION, RequestType: 'Create', ResourceProperties: { ...DELEGATION.ResourceProperties, AccountId: OTHER } }, DELEGATION.ResourceProperties);
    expect(delegates(organization)).toEqual([SECURITY]);
  });

  test('registers no account by the name of a resource that the template does not have', async () => {
    const { handler, organization } = await handlerIn();
    process.env.SWITCHES = '{}';
    await expect(handler({ ...DELEGATION, RequestType: 'Create', LogicalResourceId: 'Else' })).rejects.toThrow();
    expect(delegates(organization)).toEqual([]);
  });
});

describe('an account that a new one has replaced', () => {
  test('is deregistered in the cleaning up, when the template knows the new one only', async () => {
    const { organization, stack, handler, send } = await everythingOn();
    const moved = { ...DELEGATION.ResourceProperties, AccountId: OTHER };
    await handler({
      ...DELEGATION, RequestType: 'Update', PhysicalResourceId: DELEGATED, ResourceProperties: moved, OldResourceProperties: DELEGATION.ResourceProperties,
    } as Partial<CdkCustomResourceEvent>);
    expect(delegates(organization)).toEqual([SECURITY, OTHER]);
    stack.status = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';
    stack.resources.set('RootAccess', { status: 'UPDATE_COMPLETE', physicalId: `${ORGANIZATION_ID}/${OTHER}` });
    stack.events.push({ logicalId: 'Other', physicalId: 'x', status: 'DELETE_COMPLETE', at: new Date() }, { logicalId: 'Other', physicalId: 'x', status: 'DELETE_IN_PROGRESS', at: new Date() },
      { logicalId: 'RootAccess', physicalId: DELEGATED, status: 'DELETE_IN_PROGRESS', at: new Date() });
    await send({ ...DELEGATION, RequestType: 'Delete', PhysicalResourceId: DELEGATED } as Partial<CdkCustomResourceEvent>, moved);
    expect(delegates(organization)).toEqual([OTHER]);
  });
});

describe('an account that was registered before its resource', () => {
  const ADOPTED = `${DELEGATED}/adopted`;
  const CREATED = { logicalId: 'RootAccess', physicalId: ADOPTED, status: 'CREATE_COMPLETE', at: new Date(1_000_000) };
  const later = (status: string, physicalId = STACK_ID) => ({ logicalId: 'RootAccessStack', physicalId, status, at: new Date(2_000_000) });

  test.each<[string, boolean, (stacks: FakeStacks, stack: FakeStack) => void]>([
    ['its stack rolls back', true, (_, stack) => { stack.status = 'ROLLBACK_IN_PROGRESS'; }],
    ['its stack is deleted because its creation failed', true, (_, stack) => { stack.events.push(later('DELETE_IN_PROGRESS'), CREATED); }],
    ['an outer stack rolls back', true, (stacks, stack) => {
      stacks.add({ id: 'root', status: 'UPDATE_ROLLBACK_IN_PROGRESS' });
      stacks.add({ ...stack, rootId: 'root', parentId: 'root', events: [later('CREATE_COMPLETE'), CREATED] });
    }],
    ['the outermost stack is deleted because its creation failed', true, (stacks, stack) => {
      stacks.add({ id: 'root', status: 'DELETE_IN_PROGRESS', events: [later('DELETE_IN_PROGRESS', 'root'), { ...later('CREATE_IN_PROGRESS', 'root'), at: new Date(0) }] });
      stacks.add({ ...stack, rootId: 'root', parentId: 'root', events: [later('CREATE_COMPLETE'), CREATED] });
    }],
    ['its stack is deleted later', false, (_, stack) => { stack.events.push(later('DELETE_IN_PROGRESS'), later('CREATE_COMPLETE'), CREATED); }],
    ['its stack is deleted after another deployment has failed', false, (_, stack) => {
      stack.events.push(later('DELETE_IN_PROGRESS'), later('UPDATE_ROLLBACK_COMPLETE'), { ...CREATED, status: 'UPDATE_COMPLETE', at: new Date(2_000_000) }, { ...later('CREATE_COMPLETE'), at: new Date(1_500_000) }, CREATED);
    }],
    ['its stack is deleted so late that CloudFormation has forgotten', false, (_, stack) => { stack.events.push(later('DELETE_IN_PROGRESS')); }],
    ['the outermost stack is deleted later', false, (stacks, stack) => {
      stacks.add({ id: 'root', status: 'DELETE_IN_PROGRESS', events: [later('CREATE_COMPLETE', 'root')] });
      stacks.add({ ...stack, rootId: 'root', parentId: 'root', events: [CREATED] });
    }],
  ])('when %s stays so: %s', async (_name, stays, arrange) => {
    const { organization, stack, stacks, send } = await handlerIn();
    trustIam(organization);
    delegateTo(organization, SECURITY);
    stack.status = 'DELETE_IN_PROGRESS';
    stack.resources.set('RootAccess', { status: 'DELETE_IN_PROGRESS', physicalId: ADOPTED });
    arrange(stacks, stack);
    await send({ ...DELEGATION, RequestType: 'Delete', PhysicalResourceId: ADOPTED } as Partial<CdkCustomResourceEvent>);
    expect(delegates(organization)).toEqual(stays ? [SECURITY] : []);
  });
});

function request(event: Partial<CdkCustomResourceEvent>): CdkCustomResourceEvent {
  return { ResponseURL: PRESIGNED, StackId: STACK_ID, RequestId: 'request', LogicalResourceId: 'RootAccess', ...event } as CdkCustomResourceEvent;
}

function trustIam(organization: FakeOrganization) {
  organization.trustedServices.current = new Map([['iam.amazonaws.com', 0]]);
}

/** Powertools writes with a console of its own, unless it is told to use the global one. */
function captureLogs(): string[] {
  const lines: string[] = [];
  setEnvironment({ POWERTOOLS_DEV: 'true' });
  for (const level of ['info', 'warn', 'error', 'debug', 'log'] as const) {
    jest.spyOn(console, level).mockImplementation((...args: unknown[]) => { lines.push(String(args[0])); });
  }
  return lines;
}
