import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Aspects, CfnResource, CliCredentialsStackSynthesizer, NestedStack, PermissionsBoundary, RemovalPolicies, Stack, Stage, Tags } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as cx from 'aws-cdk-lib/cx-api';
import { CodePipeline, CodePipelineSource, ShellStep } from 'aws-cdk-lib/pipelines';
import type { Construct } from 'constructs';
import { everyPart, MANAGEMENT, stackOf } from './every-construct';
import { testApp } from '../support/apps';
import { expectAbout } from '../support/expect-about';

const ENV = { account: MANAGEMENT, region: 'us-east-1' };
const PIPELINE = 'Pipeline';
const BOUNDARY = `arn:aws:iam::${MANAGEMENT}:policy/boundary`;

type Resource = { readonly Type: string; readonly Properties?: any };
type Statement = { readonly Effect: string; readonly Action: string | string[]; readonly Resource?: unknown };

/** Every resource of an app, those of nested stacks and of stages in it too. */
function resourcesOf(app: App): Resource[] {
  const stages = app.node.findAll().filter(Stage.isStage);
  app.synth();
  const stacksOf = (stage: Stage) => stage.node.findAll().filter((node): node is Stack => (
    Stack.isStack(node) && Stage.of(node) === stage && node.node.id !== PIPELINE));
  const files = stages.flatMap((stage) => stacksOf(stage).map((stack) => join(stage.synth().directory, stack.templateFile)));
  return files.flatMap((file) => Object.values(JSON.parse(readFileSync(file, 'utf8')).Resources as Record<string, Resource>));
}

/** What keeps root sessions to accounts and tasks, records and reports to their writers, and calls to their senders; each with how often it stands there. */
function guarding(resources: Resource[]): Record<string, number> {
  const statements = resources.flatMap(({ Properties }) => (Properties?.PolicyDocument?.Statement ?? []) as Statement[])
    .filter(({ Effect, Action }) => Effect === 'Deny' || [Action].flat().some((action) => action === 'sts:AssumeRoot'));
  const counts: Record<string, number> = {};
  for (const statement of statements.map(comparable)) {
    counts[statement] = (counts[statement] ?? 0) + 1;
  }
  return counts;
}

/** Without what a logical id, a parameter of a nested stack or the order of a list makes different. */
function comparable(statement: Statement): string {
  const sorted = (list: unknown) => [list].flat().map((item) => JSON.stringify(item, plainly)).sort();
  return JSON.stringify({ ...statement, Action: sorted(statement.Action), Resource: sorted(statement.Resource) }, plainly);
}

function plainly(_key: string, value: any): unknown {
  if (Array.isArray(value?.['Fn::GetAtt'])) {
    return `<${value['Fn::GetAtt'][1]}>`;
  }
  return typeof value?.Ref === 'string' && !value.Ref.startsWith('AWS::') ? '<ref>' : value;
}

const everything = (scope: Construct) => everyPart(stackOf(scope, 'Parts'));

const withContext = (context: Record<string, unknown>) => {
  const app = testApp({ context });
  everything(app);
  return app;
};

const after = (change: (app: App) => void, app = testApp()) => {
  everything(app);
  change(app);
  return app;
};

/** Aspects as organizations have them. */
const each = (type: string, change: (resource: CfnResource) => void) => (app: App) => Aspects.of(app).add({
  visit: (node) => {
    if (CfnResource.isCfnResource(node) && node.cfnResourceType === type) {
      change(node);
    }
  },
});

const flags = Object.entries(cx.CURRENTLY_RECOMMENDED_FLAGS).filter(([name]) => !cx.CURRENT_VERSION_EXPIRED_FLAGS.includes(name));
const off = Object.fromEntries(flags.filter(([, value]) => typeof value === 'boolean').map(([name]) => [name, false]));

const APPS: [what: string, app: () => App][] = [
  ['a permissions boundary by PermissionsBoundary.of', () => after((app) => (
    iam.PermissionsBoundary.of(app).apply(iam.ManagedPolicy.fromManagedPolicyArn(app.node.findChild('Parts') as Stack, 'Boundary', BOUNDARY))))],
  ['Aspects that set a permissions boundary, names, paths, tags and removal policies', () => after((app) => {
    each('AWS::IAM::Role', (role) => {
      role.addPropertyOverride('PermissionsBoundary', BOUNDARY);
      role.addPropertyOverride('Path', '/corp/');
      role.addPropertyOverride('RoleName', `corp-${role.node.addr}`);
    })(app);
    each('AWS::Lambda::Function', (fn) => fn.addPropertyOverride('FunctionName', `corp-${fn.node.addr}`))(app);
    Tags.of(app).add('owner', 'security');
    RemovalPolicies.of(app).retain();
  })],
  ['a Stage with a permissions boundary', () => {
    const app = testApp();
    everything(new Stage(app, 'Stage', { env: ENV, permissionsBoundary: PermissionsBoundary.fromArn(BOUNDARY) }));
    return app;
  }],
  ['CDK Pipelines', () => {
    const app = testApp();
    const connectionArn = `arn:aws:codestar-connections:us-east-1:${MANAGEMENT}:connection/c`;
    const pipeline = new CodePipeline(stackOf(app, PIPELINE), 'Pipeline', {
      synth: new ShellStep('Synth', { input: CodePipelineSource.connection('o/r', 'main', { connectionArn }), commands: ['npx cdk synth'] }),
    });
    const stage = new Stage(app, 'Stage', { env: ENV });
    everything(stage);
    pipeline.addStage(stage);
    return app;
  }],
  ['NestedStacks', () => {
    const app = testApp();
    everyPart(new NestedStack(stackOf(app, 'Parts'), 'Nested'));
    return app;
  }],
  ['a stack without account and Region, and another synthesizer', () => {
    const app = testApp({ defaultStackSynthesizer: new CliCredentialsStackSynthesizer({ qualifier: 'corp' }) });
    everyPart(new Stack(app, 'Parts'));
    return app;
  }],
  ['every recommended feature flag on', () => withContext(Object.fromEntries(flags))],
  ['every feature flag off', () => withContext(off)],
  ['literal partitions', () => withContext({ [cx.ENABLE_PARTITION_LITERALS]: true })],
];

const plain = guarding(resourcesOf(withContext({})));

test('every construct has statements that guard it', () => {
  expect(Object.keys(plain).filter((statement) => /"Deny".*<ManagementAccountId>/.test(statement))).toHaveLength(2); // of runbooks and of sweeps
  expect(Object.keys(plain).filter((statement) => statement.includes('sts:AssumeRoot')).length).toBeGreaterThanOrEqual(8);
});

test.each(APPS)('all constructs synthesize with %s, and what guards root sessions, reports and records is the same', (what, build) => {
  const resources = resourcesOf(build());
  expect(guarding(resources)).toEqual(plain);
  if (what.includes('permissions boundary')) {
    const roles = resources.filter(({ Type }) => Type === 'AWS::IAM::Role');
    expectAbout(what, roles.filter(({ Properties }) => JSON.stringify(Properties.PermissionsBoundary) !== JSON.stringify(BOUNDARY))).toEqual([]);
  }
});
