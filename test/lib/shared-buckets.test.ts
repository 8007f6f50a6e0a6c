import { type App, NestedStack, PhysicalName, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { PasswordRecoveries, RootCredentialsAudit, RootCredentialsPurge, RootSessionRunbooks } from '../../lib';
import { errorsOf, testApp, warningsOf } from '../support/apps';

const ENV = { account: '111111111111', region: 'us-east-1' };
const stackOf = (app: App, id: string, env = ENV) => new Stack(app, id, { env });
const versioned = (scope: Construct, props: s3.BucketProps = {}) => new s3.Bucket(scope, 'Bucket', { versioned: true, ...props });

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Resource: unknown;
  readonly Condition: { readonly ArnNotEquals: { readonly 'aws:PrincipalArn': { readonly 'Fn::GetAtt': [string, string] }[] } };
}

/** The Denies of the only bucket policy of a template, by what they reserve: which roles they spare. */
function spared(template: Template): Record<string, string[]> {
  const [policy] = Object.values(template.findResources('AWS::S3::BucketPolicy'));
  const reserved = (policy.Properties.PolicyDocument.Statement as Statement[]).filter(({ Sid, Effect }) => Effect === 'Deny' && Sid?.startsWith('Only'));
  expect(new Set(reserved.map(({ Sid }) => Sid)).size).toBe(reserved.length);
  return Object.fromEntries(reserved.map(({ Resource, Condition }) => [
    JSON.stringify(Resource), Condition.ArnNotEquals['aws:PrincipalArn'].map((arn) => arn['Fn::GetAtt'][0]),
  ]));
}

/** Logical ids of the roles that may put objects below a prefix, by their own policies. */
function writersOf(template: Template, prefix: string): string[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const writing = policies.filter(({ Properties }) => (Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[])
    .some(({ Action, Resource }) => [Action].flat().includes('s3:PutObject') && JSON.stringify(Resource).includes(prefix)));
  return [...new Set(writing.flatMap(({ Properties }) => Properties.Roles.map(({ Ref }: { Ref: string }) => Ref) as string[]))];
}

describe('one records bucket', () => {
  test('of two runbooks has one statement for each prefix, which spares the writers of both', () => {
    const stack = stackOf(testApp(), 'Stack');
    const one = new RootSessionRunbooks(stack, 'One');
    new RootSessionRunbooks(stack, 'Two', { recordsBucket: one.recordsBucket });
    const template = Template.fromStack(stack);
    for (const prefix of ['policies/', 'recoveries/']) {
      const denies = Object.entries(spared(template)).filter(([resource]) => resource.includes(prefix));
      expect(denies).toHaveLength(1);
      expect(new Set(denies[0][1])).toEqual(new Set(writersOf(template, prefix)));
      expect(denies[0][1]).toHaveLength(8);
    }
  });

  test('of another stack is used, and the warning has the statements that its policy needs', () => {
    const app = testApp();
    const bucket = versioned(stackOf(app, 'Storage'));
    new RootSessionRunbooks(stackOf(app, 'One'), 'Runbooks', { recordsBucket: bucket });
    const two = stackOf(app, 'Two');
    new RootSessionRunbooks(two, 'Runbooks', { recordsBucket: bucket });
    Template.fromStack(two).resourceCountIs('AWS::S3::BucketPolicy', 0);
    const [warning] = warningsOf(Stack.of(bucket), '/Storage/Bucket');
    expect(warningsOf(Stack.of(bucket))).toEqual([warning]);
    const [statements] = /\[\{.*\}\]/.exec(warning)!;
    expect((JSON.parse(statements) as Statement[]).map(({ Sid }) => Sid)).toEqual(['OnlyRunbooksWritePolicies', 'OnlyRunbooksWriteRecoveries', 'OnlyStateMachinesWriteControl']);
    expect(statements).toContain('<ARN of the role One/Runbooks/Bucket/UnlockFunctionRole>');
    expect(statements).toContain('<ARN of the role Two/Runbooks/Bucket/UnlockFunctionRole>');
  });

  test.each<[string, (app: App) => Construct]>([
    ['another stack', (app) => stackOf(app, 'Two')],
    ['a nested stack', (app) => new NestedStack(app.node.findChild('One') as Stack, 'Two')],
  ])('whose policy spares the runbooks of its own stack is not for those of %s', (_what, other) => {
    const app = testApp();
    const one = new RootSessionRunbooks(stackOf(app, 'One'), 'Runbooks');
    new RootSessionRunbooks(other(app), 'Others', { recordsBucket: one.recordsBucket });
    expect(() => app.synth()).toThrow("recordsBucket is a bucket of stack 'One', whose policy lets only the constructs of that stack write below policies/ and recoveries/: "
      + 'move this construct into that stack, or give it another bucket');
  });

  test('is the same one when it is imported by its name', () => {
    const app = testApp();
    const bucket = versioned(stackOf(app, 'One'), { bucketName: 'records' });
    new RootSessionRunbooks(Stack.of(bucket), 'Runbooks', { recordsBucket: bucket });
    const two = stackOf(app, 'Two');
    new RootSessionRunbooks(two, 'Runbooks', { recordsBucket: s3.Bucket.fromBucketName(two, 'Imported', 'records') });
    expect(errorsOf(app)).toContainEqual(expect.stringContaining("recordsBucket is a bucket of stack 'One'"));
  });

  test.each<[string, s3.BucketProps, string | undefined]>([
    ['no versions', { versioned: false }, 'recordsBucket must keep versions'],
    ['versions', { versioned: true }, undefined],
    ['an object lock, which brings versions along', { objectLockEnabled: true, versioned: undefined }, undefined],
  ])('with %s', (_what, props, message) => {
    const app = testApp();
    const stack = stackOf(app, 'Stack');
    new RootSessionRunbooks(stack, 'Runbooks', { recordsBucket: versioned(stack, props) });
    const errors = expect(errorsOf(app));
    return message ? errors.toContainEqual(expect.stringContaining(message)) : errors.toEqual([]);
  });

  test('is not a reports bucket', () => {
    const app = testApp();
    const stack = stackOf(app, 'Stack');
    const audit = new RootCredentialsAudit(stack, 'Audit');
    new RootSessionRunbooks(stack, 'Runbooks', { recordsBucket: audit.reportsBucket });
    expect(errorsOf(app)).toContainEqual(expect.stringContaining('recordsBucket must not be both the reportsBucket of a sweep and the recordsBucket of runbooks'));
  });
});

describe('one reports bucket', () => {
  const two = (stack: Stack, reportsBucket?: s3.IBucket) => {
    const audit = new RootCredentialsAudit(stack, 'Audit', { reportsBucket });
    const purge = new RootCredentialsPurge(stack, 'A purge*', { reportsBucket: audit.reportsBucket });
    return { audit, purge };
  };

  test('has a part for each sweep, which spares the functions of that sweep alone', () => {
    const stack = stackOf(testApp(), 'Stack');
    const { audit, purge } = two(stack, new s3.Bucket(stack, 'Bucket'));
    const template = Template.fromStack(stack);
    expect([audit, purge].map(({ reportsPrefix }) => reportsPrefix)).toEqual(['111111111111/Stack/Audit/', '111111111111/Stack/A%20purge%2a/']);
    const denies = Object.entries(spared(template));
    expect(denies).toHaveLength(8);
    for (const { reportsPrefix } of [audit, purge]) {
      for (const prefix of ['runs/', 'latest/', 'control/', 'accepted/']) {
        const [own, ...others] = denies.filter(([resource]) => resource.includes(`/${reportsPrefix}${prefix}*`));
        expect(others).toEqual([]);
        expect(new Set(own[1])).toEqual(new Set(writersOf(template, `/${reportsPrefix}${prefix}`)));
      }
    }
    const told = Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => Properties.Environment?.Variables ?? {})
      .filter((variables) => variables.REPORTS_BUCKET).map(({ REPORTS_PREFIX, ACCEPTED_KEY }) => REPORTS_PREFIX ?? ACCEPTED_KEY.replace(/accepted\/.*/, ''));
    expect(new Set(told)).toEqual(new Set([audit, purge].map(({ reportsPrefix }) => reportsPrefix)));
  });

  test('that a sweep made has its reports at the top, and a part for another', () => {
    const { audit, purge } = two(stackOf(testApp(), 'Stack'));
    expect([audit, purge].map(({ reportsPrefix }) => reportsPrefix)).toEqual(['', '111111111111/Stack/A%20purge%2a/']);
  });

  test('is read as far as the grant of one sweep goes', () => {
    const stack = stackOf(testApp(), 'Stack');
    two(stack).purge.grantReadReports(new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() }));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          Match.anyValue(),
          Match.objectLike({ Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': ['111111111111/Stack/A%20purge%2a/latest/*', '111111111111/Stack/A%20purge%2a/runs/*'] } } }),
        ],
      },
      Roles: [{ Ref: Match.stringLikeRegexp('^Reader') }],
    });
  });

  test('of one stack is shared by the sweeps of others, each of which has a warning of its part', () => {
    const app = testApp();
    const bucket = versioned(stackOf(app, 'Storage'));
    const owners = new RootCredentialsAudit(Stack.of(bucket), 'Audit', { reportsBucket: bucket });
    const others = ['One', 'Two'].map((id) => new RootCredentialsAudit(stackOf(app, id), 'Audit', { reportsBucket: bucket }));
    const [warning] = warningsOf(Stack.of(bucket), '/Storage/Bucket');
    others.forEach(({ reportsPrefix }) => expect(warning).toContain(`${reportsPrefix}latest/*`));
    expect(warning).not.toContain(owners.reportsPrefix);
  });

  test.each<[string, (sweeps: ReturnType<typeof two>, stack: Stack) => void]>([
    ['the other', ({ audit, purge }) => purge.node.addDependency(audit)],
    ['something that depends on the other', ({ audit, purge }, stack) => {
      const between = new s3.Bucket(stack, 'Between');
      between.node.addDependency(audit);
      purge.node.addDependency(between);
    }],
  ])('is not for a sweep that depends on %s, which would make a circle', (_what, depend) => {
    const app = testApp();
    const stack = stackOf(app, 'Stack');
    depend(two(stack), stack);
    expect(errorsOf(app)).toContainEqual(expect.stringContaining("reportsBucket is shared with 'Stack/Audit', on which this construct depends"));
  });
});

describe('a bucket that the CDK empties', () => {
  test.each<[string, (stack: Stack, bucket: s3.Bucket) => void]>([
    ['reports', (stack, reportsBucket) => void new RootCredentialsAudit(stack, 'User', { reportsBucket })],
    ['records', (stack, recordsBucket) => void new RootSessionRunbooks(stack, 'User', { recordsBucket })],
  ])('of %s spares the function that does it, and no other bucket does', (_what, use) => {
    const stack = stackOf(testApp(), 'Stack');
    use(stack, versioned(stack, { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY }));
    const emptiers = Object.values(spared(Template.fromStack(stack))).map((roles) => roles.filter((role) => role.startsWith('CustomS3AutoDelete')));
    expect(emptiers.length).toBeGreaterThan(0);
    expect(new Set(emptiers.map(({ length }) => length))).toEqual(new Set([1]));

    const kept = stackOf(testApp(), 'Stack');
    new s3.Bucket(kept, 'Emptied', { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY }).policy!.node.tryRemoveChild('Resource');
    use(kept, versioned(kept));
    expect(JSON.stringify(spared(Template.fromStack(kept)))).not.toContain('AutoDelete');
  });
});

describe('a bucket', () => {
  const ELSEWHERE = { account: '111111111111', region: 'eu-west-1' };
  const OTHERS = { account: '999999999999', region: 'us-east-1' };
  const USES: [string, (stack: Stack, bucket: s3.IBucket) => void][] = [
    ['reportsBucket', (stack, reportsBucket) => void new RootCredentialsAudit(stack, 'User', { reportsBucket })],
    ['recordsBucket', (stack, recordsBucket) => void new RootSessionRunbooks(stack, 'User', { recordsBucket })],
    ['passwordRecoveries', (stack, bucket) => void new RootCredentialsPurge(stack, 'User', { passwordRecoveries: PasswordRecoveries.fromBucket(stack, 'Recoveries', bucket) })],
  ];

  test.each(USES)('of another Region is refused as %s', (property, use) => {
    const app = testApp();
    const bucket = versioned(stackOf(app, 'Elsewhere', ELSEWHERE), { bucketName: 'elsewhere' });
    expect(() => use(stackOf(app, 'Here'), bucket)).toThrow(`${property} must be in us-east-1, the Region of stack 'Here', got a bucket in eu-west-1`);
  });

  test.each(USES)('of another account is refused as %s while its name cannot be known, and taken when it can', (property, use) => {
    const app = testApp();
    const others = stackOf(app, 'Others', OTHERS);
    expect(() => use(stackOf(app, 'Here'), versioned(others))).toThrow(`${property} Others/Bucket must have a name that stack 'Here' can know`);
    others.node.tryRemoveChild('Bucket');
    use(stackOf(app, 'There'), versioned(others, { bucketName: PhysicalName.GENERATE_IF_NEEDED }));
    expect(() => app.synth()).not.toThrow();
    if (property !== 'passwordRecoveries') {
      expect(warningsOf(others)).toContainEqual(expect.stringContaining('It is of another account, so it must also allow these roles'));
    }
  });

  test('of another stack that the CDK empties stays so: the warning has the function that does it', () => {
    const app = testApp();
    const bucket = versioned(stackOf(app, 'Storage'), { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
    new RootCredentialsAudit(stackOf(app, 'One'), 'Audit', { reportsBucket: bucket });
    expect(warningsOf(Stack.of(bucket))).toContainEqual(expect.stringContaining('<ARN of the role of the function that empties the bucket>'));
  });

  test.each<[string, (parent: Stack, nested: Stack) => [Stack, Stack]]>([
    ['of the parent in a nested stack', (parent, nested) => [parent, nested]],
    ['of a nested stack in its parent', (parent, nested) => [nested, parent]],
  ])('%s makes no circle', (_what, order) => {
    const app = testApp();
    const parent = stackOf(app, 'Parent');
    const [owner, user] = order(parent, new NestedStack(parent, 'Nested'));
    new RootCredentialsAudit(user, 'Audit', { reportsBucket: versioned(owner) });
    Template.fromStack(parent); // which refuses a circular template
    expect(warningsOf(parent)).toContainEqual(expect.stringMatching(/the policy of reportsBucket .*Bucket is not managed by the stack that writes there/));
  });
});
