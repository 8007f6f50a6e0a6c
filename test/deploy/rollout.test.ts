import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { BOTH_FEATURES, changes, deploymentInto, EXCLUDED, member, MEMBERS, rootSessions, variedOrganization, withOutputs } from './testing';
import { textOfPlan, type Plan } from '../../lambda/sweep/plan';
import { AccountSelection, OrgRootAccessFeatures, PurgeLimits, PurgePlan, RootCredentialsAudit, RootCredentialsPurge } from '../../lib';

const organization = variedOrganization(BOTH_FEATURES, 16);
const stack = deploymentInto(organization);

const DELETE = 'IAMDeleteRootUserCredentials';
const WORKLOADS = organization.account(member(11)).parentId;
const IN_WORKLOADS = MEMBERS.slice(10, 16);
const exclude = [EXCLUDED];
const everywhere = AccountSelection.organization({ exclude });
const pilot = AccountSelection.organizationalUnits([WORKLOADS], { exclude });

/** The same stack in each stage: only the sweep in it changes. */
const stage = (sweep: (scope: Stack, features: OrgRootAccessFeatures) => RootCredentialsAudit | RootCredentialsPurge) => stack().deploy((scope) => {
  withOutputs(scope, sweep(scope, new OrgRootAccessFeatures(scope, 'RootAccess')));
});
const PLAN = join(mkdtempSync(join(tmpdir(), 'plan-')), 'root-purge-plan.json');
afterAll(() => rmSync(dirname(PLAN), { recursive: true }));

const withCredentials = () => organization.accounts.filter(({ id, root }) => id >= member(1) && !root.isClean).map(({ id }) => id);

describe('a rollout in stages, of one stack', () => {
  const atFirst = withCredentials();
  let bucket: string;

  test('1: an audit of the organization finds everything and changes nothing', async () => {
    expect(await stage((scope, features) => new RootCredentialsAudit(scope, 'RootCredentials', { features, accounts: everywhere }))).toMatchObject({ code: 0 });
    expect(await stack().latestReport()).toMatchObject({ work: 'audit', counts: { found: 9, clean: 8 } });
    expect(withCredentials()).toEqual(atFirst);
    bucket = await stack().output('Bucket');
  });

  test('2: a dry run on one unit says what it would delete there, and changes nothing', async () => {
    expect(await stage((scope, features) => new RootCredentialsPurge(scope, 'RootCredentials', { features, accounts: pilot, dryRun: true }))).toMatchObject({ code: 0 });
    expect(await stack().latestReport()).toMatchObject({ work: 'purge', dryRun: true, counts: { 'would-purge': 3, 'clean': 3 } });
    expect(withCredentials()).toEqual(atFirst);
    expect(rootSessions(organization.calls)).toEqual(new Set(IN_WORKLOADS));
    expect(changes(organization.calls)).toEqual([]);
  });

  test('3: a purge on that unit by its plan deletes what was not struck out, and nothing else', async () => {
    const plan = JSON.parse(await stack().read(`s3://${bucket}/latest/plan.json`)) as Plan;
    const [{ accountId: struck }] = plan.credentials;
    writeFileSync(PLAN, textOfPlan({ ...plan, credentials: plan.credentials.filter(({ accountId }) => accountId !== struck) }));
    organization.account(member(16)).root.signingCertificates = [{ id: 'LATER', status: 'Active', uploadDate: Date.now() }];
    const props = { accounts: pilot, plan: PurgePlan.fromFile(PLAN) };
    expect(await stage((scope, features) => new RootCredentialsPurge(scope, 'RootCredentials', { features, ...props }))).toMatchObject({ code: 0 });
    const { counts, accounts } = await stack().latestReport();
    expect(counts).toMatchObject({ purged: 2, kept: 2, clean: 2 });
    const kept = accounts.filter(({ outcome }) => outcome === 'kept');
    expect(kept.map(({ accountId }) => accountId).sort()).toEqual([struck, member(16)].sort());
    expect(kept.flatMap(({ credentials }) => credentials).every(({ reason }) => reason === 'it is not on the plan')).toBe(true);
    const stay = (id: string) => !IN_WORKLOADS.includes(id) || id === struck || id === member(16);
    expect(withCredentials()).toEqual([...atFirst, member(16)].filter(stay).sort());
    expect(rootSessions(organization.calls)).toEqual(new Set(IN_WORKLOADS));
  });

  test('4: a purge of the organization that exceeds its limits deletes nothing, and the stack goes back', async () => {
    const before = withCredentials();
    const props = { accounts: everywhere, release: ['plan'] };
    const result = await stage((scope, features) => new RootCredentialsPurge(scope, 'RootCredentials', { features, ...props, limits: PurgeLimits.of({ accounts: 1 }) }));
    expect([result.code, await stack().status()]).toEqual([1, 'UPDATE_ROLLBACK_COMPLETE']);
    expect(result.output).toMatch(/LimitExceeded: nothing was deleted: the plan would delete \d+ accounts \(limits allow 1\)/);
    expect(withCredentials()).toEqual(before);
  });

  test('4: within its limits deletes the rest, but for what is excluded', async () => {
    const props = { accounts: everywhere, release: ['plan'], limits: PurgeLimits.of({ credentials: 200 }) };
    expect(await stage((scope, features) => new RootCredentialsPurge(scope, 'RootCredentials', { features, ...props }))).toMatchObject({ code: 0 });
    expect(await stack().latestReport()).toMatchObject({ counts: { failed: 0, purged: 8, clean: 9 } });
    expect(withCredentials()).toEqual([]);
    expect(organization.account(EXCLUDED).root.isClean).toBe(false);
  });

  test('keeps its bucket, with the report of every stage', async () => {
    expect(await stack().output('Bucket')).toBe(bucket);
    expect((await stack().objects()).filter((address) => /\/runs\/[^/]+\/report\.json$/.test(address))).toHaveLength(5);
  });

  test('is stopped by going back to the audit, whose role can delete no more', async () => {
    organization.account(member(1)).root.password = true;
    expect(await stage((scope, features) => new RootCredentialsAudit(scope, 'RootCredentials', { features, accounts: everywhere }))).toMatchObject({ code: 0 });
    expect(await stack().latestReport()).toMatchObject({ work: 'audit', counts: { found: 1, clean: 16 } });
    expect(organization.account(member(1)).root.password).toBe(true);
    expect(rootSessions(organization.calls, DELETE)).toEqual(new Set());
    const policies = Object.values((await stack().template()).Resources).filter(({ Properties }) => Properties?.PolicyDocument);
    expect(JSON.stringify(policies)).not.toContain(DELETE);
  });
});

test('the guide has the code of each stage', () => {
  const guide = readFileSync('docs/rollout.md', 'utf8');
  const stages = [...guide.matchAll(/new (RootCredentials(?:Audit|Purge))\(this, '(\w+)', \{[^}]*?accounts: (\w+)[^}]*\}\)/gs)].map(([code, construct, id, accounts]) => (
    { construct, id, accounts, dryRun: code.includes('dryRun: true') }));
  expect(stages.filter(({ id }) => id === 'RootCredentials')).toEqual([
    { construct: 'RootCredentialsAudit', id: 'RootCredentials', accounts: 'everywhere', dryRun: false },
    { construct: 'RootCredentialsPurge', id: 'RootCredentials', accounts: 'pilot', dryRun: true },
    { construct: 'RootCredentialsPurge', id: 'RootCredentials', accounts: 'pilot', dryRun: false },
    { construct: 'RootCredentialsPurge', id: 'RootCredentials', accounts: 'everywhere', dryRun: false },
  ]);
});
