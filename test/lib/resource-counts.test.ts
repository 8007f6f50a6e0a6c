import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as logs from 'aws-cdk-lib/aws-logs';
import { CentralizedRootAccess, OrgRootAccessFeatures, RootActivityMonitor, RootCredentialsAudit, RootCredentialsPurge, RootSessionRunbooks, RootUserGuardrail } from '../../lib';
import { testApp } from '../support/apps';

const README = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');

/** By the words of the README's table. */
const BUILDS: Record<string, (stack: Stack) => unknown> = {
  '`CentralizedRootAccess`': (stack) => new CentralizedRootAccess(stack, 'It'),
  '`CentralizedRootAccess` with `purge`': (stack) => new CentralizedRootAccess(stack, 'It', { purge: {} }),
  '`OrgRootAccessFeatures`': (stack) => new OrgRootAccessFeatures(stack, 'It'),
  '`RootCredentialsAudit`': (stack) => new RootCredentialsAudit(stack, 'It'),
  '`RootCredentialsPurge`': (stack) => new RootCredentialsPurge(stack, 'It'),
  '`RootSessionRunbooks`': (stack) => new RootSessionRunbooks(stack, 'It'),
  '`RootUserGuardrail`': (stack) => new RootUserGuardrail(stack, 'It', { targets: ['ou-abcd-11111111'] }),
  '`RootActivityMonitor`': (stack) => new RootActivityMonitor(stack, 'It', { trailLogGroup: logs.LogGroup.fromLogGroupName(stack, 'Trail', 'trail') }),
};

const stated = [...README.matchAll(/^\|[^|]*\| ([^|]+) \| about (\d+) \|$/gm)].map(([, construct, count]) => [construct, Number(count)] as const);

test('the README has the number of resources of each of them', () => {
  expect(stated.map(([construct]) => construct)).toEqual(Object.keys(BUILDS));
});

test.each(stated)('%s makes about %i resources', (construct, count) => {
  const stack = new Stack(testApp(), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
  BUILDS[construct](stack);
  const { Resources: resources } = Template.fromStack(stack).toJSON();
  expect(Math.abs(Object.keys(resources).length - count)).toBeLessThanOrEqual(Math.max(1, count / 20));
});
