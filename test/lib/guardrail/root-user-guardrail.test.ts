import { Lazy, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as logs from 'aws-cdk-lib/aws-logs';
import { CfnPolicy } from 'aws-cdk-lib/aws-organizations';
import * as fc from 'fast-check';
import { judge } from '../../../lambda/policies/judge';
import { rootRequest } from '../../../lambda/policies/root-requests';
import { BlockedRootSessions, type LongTermRootExemption, OrgRootAccessFeatures, RootUserGuardrail, type RootUserGuardrailProps } from '../../../lib';
import { isAllowed, levelsOf } from '../../lambda/policies/simulated';
import { madeOnce, testApp } from '../../support/apps';
import { cases } from '../../support/cases';
import { expectAbout } from '../../support/expect-about';

const UNIT = 'ou-abcd-11111111';
const MEMBER = '333333333333';
const OTHER = '222222222222';

function stackWith(props: Partial<RootUserGuardrailProps> = {}): Stack {
  const stack = new Stack(testApp(), 'Stack');
  new RootUserGuardrail(stack, 'Guardrail', { targets: [UNIT], ...props });
  return stack;
}
const templateWith = madeOnce((props?: Partial<RootUserGuardrailProps>) => Template.fromStack(stackWith(props)));

function policyOf(template: Template): { Properties: any; DependsOn: string[]; DeletionPolicy: string; Metadata?: any } {
  const [policy] = Object.values(template.findResources('AWS::Organizations::Policy'));
  return policy as ReturnType<typeof policyOf>;
}

function contentWith(...exemptions: LongTermRootExemption[]): object {
  const stack = stackWith({ exemptions });
  return stack.resolve((stack.node.findChild('Guardrail').node.defaultChild as CfnPolicy).content);
}

const reason = 'because';

describe('the policy', () => {
  test('denies everything to root users, unless it is a root session', () => {
    const { Properties } = policyOf(templateWith());
    expect(Properties).toEqual({
      Name: 'StackGuardrail2843DE38',
      Description: 'Denies the root user of member accounts everything but root sessions',
      Type: 'SERVICE_CONTROL_POLICY',
      TargetIds: [UNIT],
      Content: {
        Version: '2012-10-17',
        Statement: [{
          Sid: 'DenyLongTermRoot',
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:*:iam::*:root' }, Null: { 'aws:AssumedRoot': 'true' } },
        }],
      },
    });
  });

  test('is the default child, and can be imported by its id', () => {
    const stack = new Stack();
    const guardrail = new RootUserGuardrail(stack, 'Guardrail', { targets: [UNIT] });
    expect(guardrail.node.defaultChild).toBeInstanceOf(CfnPolicy);
    expect(stack.resolve(guardrail.policyId)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^GuardrailPolicy/), 'Id'] });
    expect(RootUserGuardrail.fromPolicyId(stack, 'Other', 'p-abcd1234').policyId).toBe('p-abcd1234');
  });

  test('has the reasons of its exemptions in the description and, as a whole, in the metadata', () => {
    const exemptions = [{ reason: 'MFA delete', actions: ['s3:PutBucketVersioning'], accountIds: [MEMBER] }, { reason: 'x'.repeat(600), accountIds: [OTHER] }];
    const { Properties: { Description }, Metadata } = policyOf(templateWith({ exemptions }));
    expect(Description).toMatch(/; exempt: s3:PutBucketVersioning in 333333333333 \(MFA delete\); everything in 222222222222 \(x+\.\.\.$/);
    expect(Description).toHaveLength(512);
    expect(Metadata).toMatchObject({ Exemptions: exemptions });
  });

  test.each([[undefined, 'Delete'], [RemovalPolicy.DESTROY, 'Delete'], [RemovalPolicy.RETAIN, 'Retain']])('under %s: %s', (removalPolicy, expected) => {
    expect(policyOf(templateWith({ removalPolicy })).DeletionPolicy).toBe(expected);
  });
});

const PREFIX = { s3: 'arn:aws:s3:::locked', sqs: `arn:aws:sqs:us-east-1:${MEMBER}:locked`, iam: '*', ec2: '*' };
const CALLS = ['s3:PutBucketVersioning', 's3:PutBucketPolicy', 'sqs:SetQueueAttributes', 'iam:GetAccountSummary', 'ec2:DescribeRegions'];
type Principal = 'long-term root' | 'root session' | 'role';

/** What an independent evaluator says of the policy, for a principal of an account. */
async function evaluated(content: object, principal: Principal, accountId: string, action: string): Promise<boolean> {
  const arn = principal === 'role' ? `arn:aws:iam::${accountId}:role/admin` : `arn:aws:iam::${accountId}:root`;
  return isAllowed(levelsOf([content], []), {
    action,
    resource: PREFIX[action.split(':')[0] as keyof typeof PREFIX],
    context: { 'aws:PrincipalArn': arn, 'aws:PrincipalAccount': accountId, ...principal === 'root session' && { 'aws:AssumedRoot': 'true' } },
  });
}

describe('evaluated', () => {
  test.each<[Principal, boolean]>([['long-term root', false], ['root session', true], ['role', true]])('the policy lets %s do things: %s', async (principal, allowed) => {
    for (const action of CALLS) {
      expectAbout(action, await evaluated(contentWith(), principal, MEMBER, action)).toBe(allowed);
    }
  });

  test.each<[string, LongTermRootExemption[], string[], string[]]>([
    ['actions', [{ reason, actions: ['s3:PutBucket*'] }], ['s3:PutBucketVersioning', 's3:PutBucketPolicy'], ['s3:PutBucketVersioning', 's3:PutBucketPolicy']],
    ['accounts', [{ reason, accountIds: [MEMBER] }], CALLS, []],
    ['actions in accounts', [{ reason, actions: ['s3:PutBucketVersioning'], accountIds: [MEMBER] }], ['s3:PutBucketVersioning'], []],
    ['all of these', [
      { reason, actions: ['s3:PutBucketVersioning'], accountIds: [MEMBER] },
      { reason, actions: ['sqs:*'], accountIds: [OTHER] },
      { reason, actions: ['ec2:*'] },
    ], ['s3:PutBucketVersioning', 'ec2:DescribeRegions'], ['sqs:SetQueueAttributes', 'ec2:DescribeRegions']],
  ])('exemptions of %s spare just that', async (_what, exemptions, inMember, inOther) => {
    const content = contentWith(...exemptions);
    const allowedIn = async (accountId: string) => {
      const answers = await Promise.all(CALLS.map(async (action) => await evaluated(content, 'long-term root', accountId, action) ? [action] : []));
      return answers.flat();
    };
    expect([await allowedIn(MEMBER), await allowedIn(OTHER)]).toEqual([inMember, inOther]);
  });

  test('whatever the exemptions are, root sessions pass, and the root user passes exactly where one of them spares it', async () => {
    const actions = fc.subarray(['s3:PutBucketVersioning', 's3:PutBucketP*', 'sqs:*', 'ec2:DescribeRegions', 'iam:*'], { minLength: 1 });
    const accountIds = fc.subarray([MEMBER, OTHER, '999999999999'], { minLength: 1 });
    const exemption: fc.Arbitrary<LongTermRootExemption> = fc.oneof(
      fc.record({ reason: fc.constant(reason), actions }),
      fc.record({ reason: fc.constant(reason), accountIds }),
      fc.record({ reason: fc.constant(reason), actions, accountIds }),
    );
    const matches = (pattern: string, action: string) => pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : pattern === action;
    const spares = (action: string, account: string) => ({ actions: a, accountIds: ids }: LongTermRootExemption) => (
      (a === undefined || a.some((pattern) => matches(pattern, action))) && (ids === undefined || ids.includes(account)));
    let evaluations = 0;
    const several = fc.array(exemption, { maxLength: 3 });
    await fc.assert(fc.asyncProperty(several, fc.constantFrom(...CALLS), fc.constantFrom(MEMBER, OTHER), async (exemptions, action, account) => {
      let content;
      try {
        content = contentWith(...exemptions);
      } catch (error) {
        expect((error as Error).message).toContain('overlap');
        return;
      }
      evaluations++;
      const spared = exemptions.some(spares(action, account));
      expect(await evaluated(content, 'long-term root', account, action)).toBe(spared);
      const request = (credentials: 'session' | 'long-term') => rootRequest({ partition: 'aws', accountId: account }, credentials, action);
      expect(judge(levelsOf([content], []), request('session')).judgement).toBe('allows');
      expect(judge(levelsOf([content], []), request('long-term')).judgement).toBe(spared ? 'allows' : 'blocks');
    }), cases(60));
    expect(evaluations).toBeGreaterThan(cases(60).numRuns / 4);
  });
});

describe('the preflight', () => {
  test('is told what it has to look for, and comes before the policy', () => {
    const template = templateWith({ policyName: 'guardrail', blockedRootSessions: BlockedRootSessions.TOLERATE });
    template.hasResourceProperties('Custom::RootUserGuardrailPreflight', { PolicyName: 'guardrail', Targets: [UNIT], TolerateBlockedRootSessions: 'true' });
    const [preflight] = Object.keys(template.findResources('Custom::RootUserGuardrailPreflight'));
    expect(policyOf(template).DependsOn).toContain(preflight);
  });

  test('fails on blocked root sessions unless told otherwise', () => {
    templateWith().hasResourceProperties('Custom::RootUserGuardrailPreflight', { TolerateBlockedRootSessions: 'false' });
  });

  test('is told what is tolerated, and why', () => {
    const tolerations = [{ reason: 'goes in May', policyId: 'p-abcd1234' }, { reason: 'legacy', policyId: 'p-abcd1234', organizationalUnitId: UNIT }, { reason: 'closed', organizationalUnitId: UNIT }];
    templateWith({ tolerations }).hasResourceProperties('Custom::RootUserGuardrailPreflight', {
      Tolerations: [
        { PolicyId: 'p-abcd1234', Reason: 'goes in May' },
        { PolicyId: 'p-abcd1234', OrganizationalUnitId: UNIT, Reason: 'legacy' },
        { OrganizationalUnitId: UNIT, Reason: 'closed' },
      ],
    });
    templateWith().hasResourceProperties('Custom::RootUserGuardrailPreflight', { Tolerations: Match.absent() });
  });

  test('waits for the features, and so does the policy', () => {
    const stack = new Stack(testApp(), 'Stack');
    const features = new OrgRootAccessFeatures(stack, 'RootAccess');
    new RootUserGuardrail(stack, 'Guardrail', { targets: [UNIT], features });
    const template = Template.fromStack(stack);
    const [resource] = Object.keys(template.findResources('Custom::OrgRootAccessFeatures'));
    template.hasResource('Custom::RootUserGuardrailPreflight', { DependsOn: Match.arrayWith([resource]) });
  });

  test('has one function for all guardrails of a stack, with the same options', () => {
    const stack = stackWith();
    new RootUserGuardrail(stack, 'Second', { targets: [MEMBER] });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 2); // its own, and the Provider's
    template.resourceCountIs('Custom::RootUserGuardrailPreflight', 2);
    expect(() => new RootUserGuardrail(stack, 'Third', { targets: [OTHER], functionOptions: { logRetention: logs.RetentionDays.ONE_DAY } }))
      .toThrow("functionOptions.logRetention of 'Stack/Third' must be the same as that of the other guardrails in stack 'Stack'");
  });

  test('finds what the construct gives to others', () => {
    const stack = stackWith();
    const [preflight] = Object.keys(Template.fromStack(stack).findResources('Custom::RootUserGuardrailPreflight'));
    expect(stack.resolve((stack.node.findChild('Guardrail') as RootUserGuardrail).findings)).toEqual({ 'Fn::GetAtt': [preflight, 'Findings'] });
  });
});

describe('synth fails for', () => {
  const exemption = (one: Partial<LongTermRootExemption>) => ({ exemptions: [{ reason, ...one }] });

  test.each<[string, Partial<RootUserGuardrailProps>, string]>([
    ['no target', { targets: [] }, 'targets must name at least one root, organizational unit or account, got an empty list'],
    ['a target twice', { targets: [UNIT, UNIT] }, `targets must name each target once, got '${UNIT}', '${UNIT}'`],
    ['a target that cannot be', { targets: ['production'] }, "targets must be the id of the root ('r-abcd'), of an organizational unit ('ou-abcd-11111111') or of an account (12 digits), got 'production'"],
    ['a name that is too long', { policyName: 'x'.repeat(129) }, 'policyName must have 1 to 128 characters, got 129'],
    ['an empty name', { policyName: '' }, 'policyName must have 1 to 128 characters, got 0'],
    ['an exemption without a reason', exemption({ reason: ' ', actions: ['s3:*'] }), 'exemptions: each needs a reason'],
    ['an exemption of everything', exemption({}), "exemptions: 'because' must name actions, accountIds or both: without them it would exempt everything"],
    ['an exemption of every action', exemption({ actions: ['*'] }), "exemptions: actions of 'because' must be 'service:Action', 'service:Prefix*' or 'service:*', got '*'"],
    ['an exemption of every service', exemption({ actions: ['*:Put*'] }), "got '*:Put*'"],
    ['an empty list of actions', exemption({ actions: [], accountIds: [MEMBER] }), "exemptions: actions of 'because' must name at least one, got an empty list"],
    ['an account that cannot be', exemption({ accountIds: ['12'] }), "exemptions: accountIds of 'because' must be a 12-digit AWS account id, got '12'"],
    ['an action in two exemptions', { exemptions: [{ reason, actions: ['s3:PutBucketVersioning'], accountIds: [MEMBER] }, { reason, actions: ['s3:put*'] }] }, 'overlap: name an action in one exemption'],
    ['a toleration without a reason', { tolerations: [{ reason: ' ', policyId: 'p-abcd1234' }] }, "tolerations[0].reason must say why, got ' '"],
    ['a toleration of everything', { tolerations: [{ reason }] }, 'tolerations[0] must have a policyId, an organizationalUnitId or both, got neither: to tolerate everything use BlockedRootSessions.TOLERATE'],
    ['a toleration of a policy by its name', { tolerations: [{ reason, policyId: 'quarantine' }] }, "tolerations[0].policyId must be the id of a policy ('p-abcdefgh'), got 'quarantine'"],
    ['a toleration in the root', { tolerations: [{ reason, organizationalUnitId: 'r-abcd' }] }, "tolerations[0].organizationalUnitId must be the id of an organizational unit ('ou-abcd-11111111'), got 'r-abcd'"],
    ['a toleration twice', { tolerations: [{ reason, policyId: 'p-abcd1234' }, { reason: 'other', policyId: 'p-abcd1234' }] }, 'tolerations[1] is about the same as tolerations[0]: give one reason for both'],
    ['tolerations beside everything', { tolerations: [{ reason, policyId: 'p-abcd1234' }], blockedRootSessions: BlockedRootSessions.TOLERATE }, 'tolerations must not be given together with BlockedRootSessions.TOLERATE'],
    ['a removal policy that it does not know', { removalPolicy: RemovalPolicy.SNAPSHOT }, "removalPolicy must be RemovalPolicy.RETAIN or RemovalPolicy.DESTROY, got 'snapshot'"],
  ])('%s', (_name, props, message) => {
    expect(() => stackWith(props)).toThrow(message);
  });

  test('the management account', () => {
    const stack = new Stack(testApp(), 'Stack');
    const features = OrgRootAccessFeatures.fromOrgRootAccessFeaturesAttributes(stack, 'RootAccess', { organizationId: 'o-abcdefghij', managementAccountId: '111111111111' });
    expect(() => new RootUserGuardrail(stack, 'Guardrail', { targets: ['111111111111'], features })).toThrow("targets must not name the management account '111111111111': service control policies never affect it");
  });

  test('a policy of more than 5,120 characters, with the number it has', () => {
    const accountIds = Array.from({ length: 400 }, (_, i) => String(500_000_000_000 + i));
    expect(() => stackWith(exemption({ accountIds }))).toThrow(/^exemptions make a policy of 62\d\d characters, and a service control policy can have 5120/);
    const most = accountIds.slice(0, 320);
    expect(() => stackWith(exemption({ accountIds: most }))).not.toThrow();
  });
});

test('tokens pass', () => {
  const template = templateWith({
    targets: Token.asList({ Ref: 'Targets' }),
    policyName: Lazy.string({ produce: () => 'late' }),
    tolerations: [{ reason, policyId: Token.asString({ Ref: 'Policy' }) }],
    exemptions: [{ reason, actions: [Lazy.string({ produce: () => 's3:*' })], accountIds: [Lazy.string({ produce: () => MEMBER })] }],
  });
  expect(policyOf(template).Properties).toMatchObject({ Name: 'late', TargetIds: { Ref: 'Targets' } });
});
