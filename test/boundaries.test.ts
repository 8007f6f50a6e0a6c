import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { expectAbout } from './support/expect-about';

const PROJECT = join(__dirname, '..');

/** A file, and the file or package that it imports. */
type Import = readonly [from: string, to: string];

/** For each rule, imports that it forbids. Each file has one of them only. */
const FORBIDDEN: Record<string, Import[]> = {
  'no-circular': [['lib/private/circle-a.ts', 'lib/private/circle-b.ts']],
  'lib-never-imports-lambda': [['lib/sweep/lambda.ts', 'lambda/sweep/plan/plan.ts']],
  'lib-has-no-sdk': [['lib/private/sdk.ts', '@aws-sdk/client-iam']],
  'lambda-imports-contracts-only': [
    ['lambda/sweep/plan/construct.ts', 'lib/sweep/sweep.ts'],
    ['lambda/sweep/plan/contract-of-another.ts', 'lib/guardrail/contract.ts'],
    ['lambda/aws/private.ts', 'lib/private/statements.ts'],
  ],
  'lambda-has-no-cdk': [['lambda/aws/cdk.ts', 'aws-cdk-lib'], ['lambda/session/cdk.ts', 'constructs']],
  'contracts-import-nothing': [
    ['lib/session/contract.ts', 'lib/session/runbook.ts'],
    ['lib/organization/contract.ts', 'aws-cdk-lib'],
    ['lib/private/partitions.ts', 'lib/private/shape.ts'],
  ],
  'rules-import-their-contract': [['lib/monitor/activity-rules.ts', 'lib/monitor/filter-pattern.ts']],
  'rooms-of-lib-are-apart': [['lib/monitor/sweep.ts', 'lib/sweep/sweep.ts'], ['lib/organization/session.ts', 'lib/session/runbook.ts']],
  'rooms-of-lambda-are-apart': [['lambda/sweep/plan/session.ts', 'lambda/session/runbook.ts']],
  'what-rooms-share-knows-no-room': [
    ['lambda/aws/session.ts', 'lambda/session/runbook.ts'],
    ['lambda/policies/session.ts', 'lambda/session/runbook.ts'],
    ['lambda/root-user/session.ts', 'lambda/session/runbook.ts'],
  ],
  'clients-know-no-root-user': [['lambda/policies/root-user.ts', 'lambda/root-user/credentials.ts']],
  'sweep-select-knows-no-later-step': [['lambda/sweep/select/later.ts', 'lambda/sweep/look/account.ts']],
  'sweep-look-knows-no-later-step': [['lambda/sweep/look/later.ts', 'lambda/sweep/decide/intents.ts']],
  'sweep-decide-knows-no-later-step': [['lambda/sweep/decide/later.ts', 'lambda/sweep/purge/act.ts']],
  'sweep-purge-knows-no-later-step': [['lambda/sweep/purge/later.ts', 'lambda/sweep/report/csv.ts']],
  'sweep-report-knows-no-later-step': [
    ['lambda/sweep/report/deployment.ts', 'lambda/sweep/deployment/executions.ts'], ['lambda/sweep/report/joined.ts', 'lambda/sweep/joined/account.ts'],
  ],
  'what-steps-hand-on-knows-no-step': [['lambda/sweep/run-folder.ts', 'lambda/sweep/select/selection.ts']],
  'session-folders-know-no-step-below': [['lambda/session/start.ts', 'lambda/session/resource-policy/records.ts']],
  'parts-of-session-know-no-step-below': [
    ['lambda/session/password-recovery/store.ts', 'lambda/session/password-recovery/allow/handler.ts'],
    ['lambda/session/resource-policy/queue-url.ts', 'lambda/session/resource-policy/queue/queue-policy.ts'],
  ],
  'sdk-is-set-up-in-one-place': [['lambda/root-user/client.ts', '@smithy/node-http-handler'], ['lambda/guardrail/client.ts', '@smithy/node-http-handler']],
  'terminal-imports-no-handler': [['cli/handler.ts', 'lambda/sweep/select/handler.ts'], ['cli/cdk.ts', 'aws-cdk-lib']],
  'terminal-imports-contracts-only': [['cli/construct.ts', 'lib/sweep/sweep.ts']],
  'nothing-imports-the-terminal': [['lib/sweep/terminal.ts', 'cli/table.ts'], ['lambda/sweep/terminal.ts', 'cli/table.ts']],
  'product-never-imports-tests': [
    ['lib/private/test.ts', 'test/support/eventually.ts'], ['examples/fake/app.ts', 'local-aws/organization/faults.ts'], ['cli/test.ts', 'test/support/eventually.ts'],
  ],
  'fake-organization-is-independent': [
    ['local-aws/organization/library.ts', 'lib/private/contract.ts'], ['local-aws/organization/handler.ts', 'lambda/aws/clients.ts'],
  ],
};

/** A circle is reported at one of its imports. */
const WAY_BACK: Import = ['lib/private/circle-b.ts', 'lib/private/circle-a.ts'];

/** Imports like these are what the rules are for: they forbid none of them. */
const ALLOWED: Import[] = [
  ['lib/sweep/props.ts', 'lib/organization/account-selection.ts'],
  ['lib/sweep/props.ts', 'lib/sweep/contract.ts'],
  ['lib/sweep/props.ts', 'lib/private/statements.ts'],
  ['lib/sweep/props.ts', 'aws-cdk-lib'],
  ['lib/guardrail/contract.ts', 'lib/private/contract.ts'],
  ['lambda/sweep/report/report.ts', 'lambda/sweep/select/selection.ts'],
  ['lambda/sweep/report/report.ts', 'lambda/root-user/credentials.ts'],
  ['lambda/sweep/report/report.ts', 'lib/sweep/contract.ts'],
  ['lambda/sweep/report/report.ts', 'lib/private/contract.ts'],
  ['lambda/sweep/report/report.ts', '@aws-sdk/client-iam'],
  ['lambda/aws/clients.ts', '@smithy/node-http-handler'],
  ['cli/audit.ts', 'lambda/sweep/select/selection.ts'],
  ['test/sweep.test.ts', 'lambda/sweep/select/selection.ts'],
];

const PACKAGES = ['aws-cdk-lib', 'constructs', '@aws-sdk/client-iam', '@smithy/node-http-handler'];

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

/** What the project's rules say of a tree that has these imports. */
function cruise(folder: string, imports: Import[]): { rules: string[]; violations: Violation[] } {
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  write('package.json', JSON.stringify({ name: 'fixture', dependencies: Object.fromEntries(PACKAGES.map((name) => [name, '*'])) }));
  write('tsconfig.json', '{}');
  PACKAGES.forEach((name) => {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, '');
  });
  const files = new Set(imports.flat().filter((name) => !PACKAGES.includes(name)));
  const specifier = (from: string, to: string) => PACKAGES.includes(to) ? to : `./${relative(dirname(from), to.replace(/\.ts$/, ''))}`;
  for (const file of files) {
    write(file, imports.filter(([from]) => from === file).map(([from, to]) => `import '${specifier(from, to)}';\n`).join(''));
  }
  const folders = [...new Set([...files].map((file) => file.split('/')[0]))];
  const answer = execFileSync(process.execPath, [
    join(PROJECT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'), '--config', join(PROJECT, '.dependency-cruiser.cjs'), '--output-type', 'json', ...folders,
  ], { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const { summary } = JSON.parse(answer) as { summary: { violations: Violation[]; ruleSetUsed: { forbidden: { name: string }[] } } };
  return { rules: summary.ruleSetUsed.forbidden.map(({ name }) => name), violations: summary.violations };
}

describe('the rules of import', () => {
  const folder = mkdtempSync(join(tmpdir(), 'boundaries-'));
  const { rules, violations } = cruise(folder, [...Object.values(FORBIDDEN).flat(), WAY_BACK, ...ALLOWED]);
  afterAll(() => rmSync(folder, { recursive: true }));

  const brokenBy = ([from, to]: Import) => violations
    .filter((each) => each.from === from && (each.to === to || each.to.startsWith(`node_modules/${to}/`))).map(({ rule }) => rule.name);

  test('each have an example', () => {
    expect(Object.keys(FORBIDDEN).sort()).toEqual([...rules].sort());
  });

  test.each(Object.entries(FORBIDDEN))('%s', (rule, imports) => {
    for (const each of imports) {
      expectAbout(each.join(' → '), brokenBy(each)).toContain(rule);
    }
  });

  test.each(ALLOWED)('let %s import %s', (from, to) => {
    expect(brokenBy([from, to])).toEqual([]);
  });
});
