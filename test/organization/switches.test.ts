import type { CdkCustomResourceEvent } from 'aws-lambda';
import { delegates, MANAGEMENT, ORGANIZATION_ID, SECURITY, switchesOf, world } from './testing';
import type { FakeOrganization } from '../local-aws/organization';
import { fail } from '../local-aws/organization';
import { setEnvironment } from '../support/environment-variables';

const PRESIGNED = 'https://cloudformation-custom-resource-response.example/?X-Amz-Signature=secret';

/** The handler as Lambda loads it: its clients read the environment of the test. */
async function handlerIn(accountId = MANAGEMENT) {
  const { organization } = await world({}, accountId);
  jest.resetModules();
  setEnvironment({ POWERTOOLS_LOG_LEVEL: 'INFO' });
  const lines = captureLogs();
  const { handler } = await import('../../lambda/organization/switches');
  return { organization, lines, handler: (event: Partial<CdkCustomResourceEvent>) => handler(request(event)) };
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

function request(event: Partial<CdkCustomResourceEvent>): CdkCustomResourceEvent {
  return { ResponseURL: PRESIGNED, StackId: 'stack', RequestId: 'request', LogicalResourceId: 'RootAccess', ...event } as CdkCustomResourceEvent;
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
