import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { sts } from '../../lambda/aws/clients';
import { rootRequest } from '../../lambda/policies/root-requests';
import { queueReference } from '../../lambda/session/resource-policy/queue/queue-policy';
import { AccountJoinedForwarder, JoinedAccounts, RootActivityMonitor, RootCredentialsAudit, RootSessionRunbooks } from '../../lib';
import { partitionOfArn, partitionOfRegion, REGION_PATTERN } from '../../lib/private/partitions';
import { testApp } from '../support/apps';
import { setEnvironment } from '../support/environment-variables';

/** Every Region that the CDK knows. */
const REGIONS = RegionInfo.regions.map(({ name }) => name);
const OTHERS = REGIONS.filter((region) => RegionInfo.get(region).partition !== 'aws');

/** Where the SDK sends requests that are made in a Region. */
function endpoint(Client: new (config: { region: string }) => { config: any }, region: string, ipv6 = false) {
  const { url, properties } = new Client({ region }).config.endpointProvider({ Region: region, UseFIPS: false, UseDualStack: ipv6 });
  return { host: url.hostname as string, signingRegion: properties?.authSchemes?.[0].signingRegion as string };
}

describe.each(REGIONS)('of %s', (region) => {
  const partition = partitionOfRegion(region);

  test('the table says the same as the CDK and the SDK', () => {
    const { partition: id, domainSuffix } = RegionInfo.get(region);
    expect({ id: partition.id, suffix: partition.dnsSuffixes[0] }).toEqual({ id, suffix: domainSuffix });
    expect(partition.iamRegion).toBe(endpoint(IAMClient, region).signingRegion);
    expect(partition.globalRegion).toBe(endpoint(OrganizationsClient, region).signingRegion);
    expect(partitionOfArn(`arn:${id}:iam::111111111111:root`)).toBe(partition);
    expect(region).toMatch(new RegExp(`^${REGION_PATTERN}$`));
  });

  test('a queue is known by its ARN and by its URL', () => {
    const queue = { accountId: '222222222222', region, name: 'locked' };
    const hosts = [
      endpoint(SQSClient, region).host, endpoint(SQSClient, region, true).host, `sqs-fips.${region}.${partition.dnsSuffixes[0]}`, `${region}.queue.${partition.dnsSuffixes[0]}`,
    ];
    for (const reference of [`arn:${partition.id}:sqs:${region}:222222222222:locked`, ...hosts.map((host) => `https://${host}/222222222222/locked`)]) {
      expect(queueReference(reference, '222222222222')).toEqual(queue);
    }
  });

  test('the endpoint of a queue ends as those of its partition', () => {
    const suffix = partition.id === 'aws-eusc' ? 'amazonaws.com' : 'amazonaws.eu';
    expect(() => queueReference(`https://sqs.${region}.${suffix}/222222222222/locked`, '222222222222')).toThrow('must be the URL, the ARN or the name of an SQS queue');
  });
});

test('a queue of the first Region is known without it', () => {
  expect(queueReference('https://queue.amazonaws.com/222222222222/locked', '222222222222')).toMatchObject({ region: 'us-east-1' });
});

test('a Region that is newer than the table is of the partition aws', () => {
  expect(partitionOfRegion('nz-north-1').id).toBe('aws');
});

test.each([...new Set(OTHERS.map((region) => RegionInfo.get(region).partition!))])('calls of IAM in %s are judged in the Region of its endpoint', (partition) => {
  const iamRegion = endpoint(IAMClient, OTHERS.find((region) => RegionInfo.get(region).partition === partition)!).signingRegion;
  const { context } = rootRequest({ partition, accountId: '222222222222' }, 'session', 'iam:ListAccessKeys');
  expect(JSON.stringify(context)).toContain(iamRegion);
});

describe('sessions are taken', () => {
  const stackIn = (region?: string) => new Stack(testApp(), 'Stack', { env: { account: '111111111111', region } });
  const stsRegionsIn = (stack: Stack) => new Set(stack.node.findAll().filter((construct) => construct instanceof CfnFunction)
    .flatMap(({ environment }) => stack.resolve(environment)?.variables.STS_REGION ?? []));

  test.each<[string | undefined, string]>([...OTHERS.map((region): [string, string] => [region, region]), ['eu-west-1', 'eu-west-1'], ['eu-south-1', 'us-east-1'], [undefined, 'us-east-1']])('of a stack in %s in %s', (region, expected) => {
    const stack = stackIn(region);
    new RootCredentialsAudit(stack, 'Audit');
    expect(stsRegionsIn(stack)).toEqual(new Set([expected]));
  });

  test.each<[string, (stack: Stack, stsRegion: string) => void]>([
    ['a sweep', (stack, stsRegion) => new RootCredentialsAudit(stack, 'Audit', { stsRegion })],
    ['runbooks', (stack, stsRegion) => new RootSessionRunbooks(stack, 'Runbooks', { stsRegion })],
  ])('never in another partition: %s', (_what, use) => {
    expect(() => use(stackIn('us-gov-west-1'), 'us-east-1')).toThrow("stsRegion must be a Region of the partition 'aws-us-gov', in which the stack is (us-gov-west-1), got 'us-east-1'");
    expect(() => use(stackIn('eu-west-1'), 'eusc-de-east-1')).toThrow("stsRegion must be a Region of the partition 'aws', in which the stack is (eu-west-1), got 'eusc-de-east-1'");
    expect(() => use(stackIn('us-gov-west-1'), 'us-gov-east-1')).not.toThrow();
    expect(() => use(stackIn(), 'us-gov-east-1')).not.toThrow();
  });

  test.each([['us-gov-west-1', 'us-gov-west-1'], ['cn-north-1', 'cn-north-1'], ['eu-south-1', 'us-east-1']])('by a function that finds itself in %s, without the stack having known, in %s', async (own, expected) => {
    setEnvironment({ AWS_REGION: own });
    expect(await sts('us-east-1').config.region()).toBe(expected);
  });
});

describe('accounts that join', () => {
  test.each(OTHERS)('are heard of in the Region of AWS Organizations alone: %s', (region) => {
    const stack = new Stack(testApp(), 'Stack', { env: { account: '111111111111', region } });
    const listen = () => new RootCredentialsAudit(stack, 'Audit', { joinedAccounts: JoinedAccounts.AUDIT });
    const isHome = endpoint(OrganizationsClient, region).signingRegion === region;
    (isHome ? expect(listen).not : expect(listen)).toThrow();
  });
});

describe('synth warns outside of the partition aws', () => {
  const warnings = (stack: Stack) => stack.node.metadata.filter(({ data }) => String(data).includes('cdk-root-access:partition')).map(({ data }) => String(data));
  const USES: [string, (stack: Stack) => void][] = [
    ['a monitor', (stack) => new RootActivityMonitor(stack, 'Monitor', { trailLogGroup: logs.LogGroup.fromLogGroupName(stack, 'Trail', 'trail') })],
    ['a forwarder', (stack) => new AccountJoinedForwarder(stack, 'Forwarder', { bus: new events.EventBus(stack, 'Bus') })],
  ];

  test.each(USES)('also of %s', (_what, use) => {
    const stack = new Stack(testApp(), 'Stack', { env: { account: '111111111111', region: 'us-gov-west-1' } });
    use(stack);
    expect(warnings(stack)).toEqual([expect.stringContaining('accounts in AWS GovCloud (US) have no root user')]);
  });
});
