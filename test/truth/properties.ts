import type { Stage } from './scenario';
import { isAmong, nameOf } from './witness';
import type { SweepResult } from './world';
import type { Plan } from '../../lambda/sweep/plan';
import type { AccountResult } from '../../lambda/sweep/results';
import type { CredentialKind } from '../../lib/private/contract';
import { expectAbout } from '../support/expect-about';

const CHANGES = /^(Create|Delete|Deactivate|Enable|Disable|Update|Put|Upload|Set|Register|Deregister)/;

/** All that must hold at the end of a sweep, whatever went wrong in it. */
export function expectTruth(stage: Stage, result: SweepResult): void {
  expectCompleteness(stage, result);
  expectRestraint(stage);
  expectPlan(stage);
  expectGate(stage, result);
  for (const account of result.report.accounts) {
    expectHonesty(stage, account, result.report.problem === undefined);
    expectRemedies(account);
  }
}

/** Every selected account has exactly one outcome, and a sweep with a failed account fails. */
function expectCompleteness({ expected }: Stage, { report, verdict }: SweepResult): void {
  if (report.problem !== undefined) {
    expect(report.problem.code).not.toBe('');
    expect(report.problem.remedies.length).toBeGreaterThan(0);
    expect(verdict.succeeded).toBe(false);
    return;
  }
  const ids = (skipped: boolean) => report.accounts.filter(({ outcome }) => (outcome === 'skipped') === skipped).map(({ accountId }) => accountId).sort();
  expectAbout('swept', ids(false)).toEqual([...expected.swept].sort());
  expectAbout('skipped', ids(true)).toEqual([...expected.skipped].sort());
  expect(Object.values(report.counts).reduce((sum, count) => sum + count, 0)).toBe(report.accounts.length);
}

/** Nobody passes by what an audit found who asked to be stopped by it. */
function expectGate({ settings: { failOnFindings } }: Stage, { report, verdict }: SweepResult): void {
  const found = report.accounts.some(({ credentials }) => credentials.some(({ status }) => status === 'found'));
  expectAbout('passed by what was found', failOnFindings && found && verdict.succeeded).toBe(false);
}

/** Nothing is touched that should not be, and never with the sweep's own credentials. */
export function expectRestraint({ world: { organization, witness }, settings: { work, dryRun }, expected, isProtected }: Stage): void {
  const { calls } = organization;
  const targets = calls.flatMap(({ operation, target }) => operation === 'AssumeRoot' ? [target!] : []);
  expectAbout('root sessions in accounts that are not to be swept', targets.filter((target) => !expected.swept.includes(target))).toEqual([]);
  const strange = calls.filter(({ operation, caller, forwarded }) => forwarded === true || (CHANGES.test(operation) && caller.taskPolicy !== 'IAMDeleteRootUserCredentials'));
  expectAbout("changes with the caller's own credentials", strange).toEqual([]);
  const toDelete = calls.flatMap(({ operation, target, input }) => operation === 'AssumeRoot' && input['TaskPolicyArn.arn']!.endsWith('IAMDeleteRootUserCredentials') ? [target!] : []);
  expectAbout('sessions that could delete', work === 'audit' || dryRun ? toDelete : []).toEqual([]);
  for (const id of expected.swept) {
    expectAbout(`protected in ${id}, and deleted`, [...witness.of(id).deletedByUs].filter((name) => isProtected(id, name))).toEqual([]);
  }
  for (const { id } of organization.accounts) {
    expectAbout(`MFA devices of ${id} removed without a look at the password`, witness.of(id).unguarded).toEqual([]);
  }
}

/** Nothing is deleted that was not on the plan. */
function expectPlan({ world: { bucket, organization, witness }, sweep }: Stage): void {
  const text = bucket.objects.get(`${sweep.folder.prefix}plan.json`);
  const planned = text === undefined ? [] : (JSON.parse(text) as Plan).credentials.filter(({ action }) => action === 'delete');
  for (const { id } of organization.accounts) {
    const names = planned.filter(({ accountId }) => accountId === id).map(nameOf);
    expectAbout(`deleted in ${id}, and not on the plan`, [...witness.of(id).deletedByUs].filter((name) => !isAmong(names, name))).toEqual([]);
  }
}

/** What is said of an account's credentials is what was there when they were last read, and nothing that was deleted is forgotten. */
export function expectHonesty({ world, settings: { work }, isProtected, readsMayBeStale }: Stage, account: AccountResult, isDecided = true): void {
  const testimony = world.witness.of(account.accountId);
  const isExcused = (name: string) => readsMayBeStale(account.accountId) && testimony.createdByOthers.has(name); // no reader could have seen it
  const there = testimony.lastSeen.filter((name) => !isExcused(name));
  const named = (...statuses: string[]) => account.credentials.filter(({ status }) => statuses.includes(status)).map(nameOf);
  const about = `${account.accountId} is ${account.outcome}`;

  expectAbout(`${about}: called gone and still there`, named('deleted', 'absent').filter((name) => isAmong(there, name))).toEqual([]);
  if (account.outcome !== 'failed') {
    const told = named('kept', 'would-delete', 'found');
    expectAbout(`${about}: there and not told`, there.filter((name) => !isAmong(told, name))).toEqual([]);
  }
  if (work === 'audit') {
    expectAbout(about, ['failed', 'found', 'clean', 'skipped']).toContain(account.outcome);
  } else {
    expectAbout(`${about}: protected, and called deleted or to be deleted`, named('would-delete', 'deleted').filter((name) => isProtected(account.accountId, name))).toEqual([]);
    expectAbout(about, isDecided ? named('found') : []).toEqual([]);
  }
  const unknownByWhom = account.credentials.filter(({ status, reason }) => status === 'absent' && reason !== undefined).map(nameOf); // of an attempt that died
  const owned = [...named('deleted', 'failed'), ...unknownByWhom];
  expectAbout(`${about}: deleted by us and not told`, [...testimony.deletedByUs].filter((name) => !isAmong(owned, name) && !isExcused(name))).toEqual([]);
  const kinds = new Set<CredentialKind>(testimony.atLastRead.keys());
  if (account.outcome === 'clean' || account.outcome === 'purged') {
    expectAbout(`${about}: kinds that were read`, kinds.size).toBe(4);
  }
}

/** Every account that is not as it should be is named with a code and what to do. */
export function expectRemedies({ accountId, outcome, problem, reason, credentials }: AccountResult): void {
  const problems = [...problem ? [problem] : [], ...credentials.flatMap((credential) => credential.problem ?? [])];
  expectAbout(accountId, problems.every(({ code, remedies }) => code !== '' && remedies.length > 0)).toBe(true);
  expectAbout(`${accountId} has a problem`, problems.length > 0).toBe(outcome === 'failed');
  expectAbout(accountId, credentials.every((credential) => (credential.status === 'failed') === (credential.problem !== undefined))).toBe(true);
  expectAbout(accountId, credentials.every((credential) => credential.status !== 'kept' || credential.reason !== undefined)).toBe(true);
  expectAbout(accountId, outcome !== 'skipped' || reason !== undefined).toBe(true);
}
