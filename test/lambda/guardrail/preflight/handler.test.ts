import type { CdkCustomResourceEvent } from 'aws-lambda';
import { DENY_LONG_TERM_ROOT, DENY_ROOT, world, type World } from './testing';
import { setEnvironment } from '../../../support/environment-variables';
import { onTestFinished } from '../../../support/on-test-finished';
import { FakeStacks, serveStacks, STACK_ID } from '../../aws/fake-stacks';

describe('the handler', () => {
  async function handlerIn(all: World) {
    const stacks = new FakeStacks();
    const stack = stacks.add({ status: 'UPDATE_IN_PROGRESS' });
    const { endpoint, close } = await serveStacks(stacks);
    onTestFinished(close);
    setEnvironment({ AWS_ENDPOINT_URL_CLOUDFORMATION: endpoint, STACK_ID });
    jest.resetModules();
    const { handler } = await import('../../../../lambda/guardrail/preflight/handler');
    const properties = { ServiceToken: 'arn', PolicyName: 'guardrail', Targets: [all.outer], TolerateBlockedRootSessions: 'false' };
    return (event: Partial<CdkCustomResourceEvent>, state = `${event.RequestType!.toUpperCase()}_IN_PROGRESS`) => {
      stack.resources.set('Preflight', { status: state });
      return handler({ StackId: STACK_ID, LogicalResourceId: 'Preflight', ResourceProperties: properties, ...event } as CdkCustomResourceEvent);
    };
  }

  test('answers what it found', async () => {
    const all = await world();
    const handler = await handlerIn(all);
    expect(await handler({ RequestType: 'Create' })).toEqual({ PhysicalResourceId: 'preflight/Preflight', Data: { Findings: 'none' } });
    all.organization.policies.add('from Terraform', DENY_LONG_TERM_ROOT, all.outer);
    expect(await handler({ RequestType: 'Create' })).toMatchObject({ Data: { Findings: expect.stringContaining('both can stay') } });
  });

  test('reads nothing for somebody else than CloudFormation', async () => {
    const all = await world();
    const handler = await handlerIn(all);
    await expect(handler({ RequestType: 'Create', StackId: 'other' })).rejects.toThrow("the request is not CloudFormation's");
    await expect(handler({ RequestType: 'Create' }, 'CREATE_COMPLETE')).rejects.toThrow('CloudFormation does not create the resource Preflight');
    expect(all.organization.calls).toEqual([]);
  });

  test('fails with a message alone, short enough for CloudFormation', async () => {
    const all = await world();
    for (let i = 0; i < 9; i++) {
      all.organization.policies.add(`old guardrail ${i} ${'x'.repeat(100)}`, DENY_ROOT, all.inner);
    }
    const error: Error = await (await handlerIn(all))({ RequestType: 'Create' }).then(() => Promise.reject(new Error('it succeeded')), (reason) => reason);
    expect(error.stack).toBe(error.message);
    expect(error.message).toContain('and 4 more');
    expect(error.message.length).toBeLessThan(3_300);
  });

  test('has nothing to delete', async () => {
    const all = await world();
    expect(await (await handlerIn(all))({ RequestType: 'Delete' })).toEqual({});
    expect(all.organization.calls).toEqual([]);
  });
});
