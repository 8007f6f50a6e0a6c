import { Lazy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { type RootAccessFunctionOptions, OrgRootAccessFeatures, RootAccessDelegation, RootUserGuardrail } from '../../lib';
import { testApp } from '../support/apps';

const app = testApp();
const place = new Stack(app, 'Place');
const vpc = new ec2.Vpc(place, 'Vpc');
const zones = vpc.availabilityZones;
const group = (id: string) => new ec2.SecurityGroup(place, id, { vpc });
const [one, two] = [group('One'), group('Two')];
const lazily = (value: number) => Lazy.number({ produce: () => value });

/** Two constructs of one stack that share a function. */
type Sharing = (first?: RootAccessFunctionOptions, second?: RootAccessFunctionOptions) => void;
const inOneStack = (make: (stack: Stack, id: string, functionOptions?: RootAccessFunctionOptions) => void): Sharing => (first, second) => {
  const stack = new Stack(testApp(), 'Stack');
  make(stack, 'First', first);
  make(stack, 'Second', second);
};

describe.each<[string, Sharing]>([
  ['guardrails', inOneStack((stack, id, functionOptions) => new RootUserGuardrail(stack, id, { targets: [id === 'First' ? 'ou-abcd-11111111' : 'ou-abcd-22222222'], functionOptions }))],
  ['switches', inOneStack((stack, id, functionOptions) => (
    id === 'First' ? new OrgRootAccessFeatures(stack, id, { functionOptions }) : new RootAccessDelegation(stack, id, { accountId: '222222222222', functionOptions })))],
])('%s of a stack share one function', (_name, share) => {
  test.each<[string, RootAccessFunctionOptions | undefined, RootAccessFunctionOptions | undefined]>([
    ['nothing', undefined, {}],
    ['a property that is undefined', {}, { runtime: undefined }],
    ['many', { logRetention: undefined, vpc: undefined }, { securityGroups: undefined }],
    ['one that is said, and another undefined', { logRetention: logs.RetentionDays.ONE_DAY }, { logRetention: logs.RetentionDays.ONE_DAY, runtime: undefined }],
    ['one that is undefined within', { vpc, vpcSubnets: {} }, { vpc, vpcSubnets: { subnetType: undefined, availabilityZones: undefined } }],
    ['no options within', { vpc }, { vpc, vpcSubnets: { onePerAz: undefined } }],
    ['a list', { vpc, securityGroups: [one, two] }, { vpc, securityGroups: [one, two] }],
    ['a list within', { vpc, vpcSubnets: { availabilityZones: [...zones] } }, { vpc, vpcSubnets: { availabilityZones: [...zones] } }],
    ['a runtime of its own', { runtime: new lambda.Runtime('nodejs24.x', lambda.RuntimeFamily.NODEJS) }, { runtime: new lambda.Runtime('nodejs24.x', lambda.RuntimeFamily.NODEJS) }],
    ['an architecture', { architecture: lambda.Architecture.X86_64 }, { architecture: lambda.Architecture.custom('x86_64', 'linux/amd64') }],
    ['a token', { logRetention: lazily(7) }, { logRetention: lazily(7) }],
    ['a token, and what it stands for', { logRetention: lazily(7) }, { logRetention: 7 }],
  ])('when both say the same: %s', (_what, first, second) => {
    expect(() => share(first, second)).not.toThrow();
    expect(() => share(second, first)).not.toThrow();
  });

  test.each<[string, RootAccessFunctionOptions | undefined, RootAccessFunctionOptions | undefined]>([
    ['nothing and something', undefined, { logRetention: logs.RetentionDays.ONE_DAY }],
    ['another value', { logRetention: logs.RetentionDays.ONE_WEEK }, { logRetention: logs.RetentionDays.ONE_DAY }],
    ['another token', { logRetention: lazily(7) }, { logRetention: lazily(1) }],
    ['another runtime', { runtime: lambda.Runtime.NODEJS_22_X }, { runtime: new lambda.Runtime('nodejs24.x', lambda.RuntimeFamily.NODEJS) }],
    ['another architecture', { architecture: lambda.Architecture.X86_64 }, { architecture: lambda.Architecture.ARM_64 }],
    ['a shorter list', { vpc, securityGroups: [one] }, { vpc, securityGroups: [one, two] }],
    ['another list', { vpc, securityGroups: [one] }, { vpc, securityGroups: [two] }],
    ['something else within', { vpc }, { vpc, vpcSubnets: { onePerAz: true } }],
    ['another list within', { vpc, vpcSubnets: { availabilityZones: [zones[0]] } }, { vpc, vpcSubnets: { availabilityZones: [zones[1]] } }],
  ])('and synth fails when they do not: %s', (_what, first, second) => {
    expect(() => share(first, second)).toThrow(/must be the same as that of the other .* in stack 'Stack'/);
    expect(() => share(second, first)).toThrow(/must be the same as that of the other .* in stack 'Stack'/);
  });
});
