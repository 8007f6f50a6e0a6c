import { expect } from 'vitest';
import type { Stage } from './scenario';
import { nameOf } from './witness';
import type { SweepResult } from './world';
import type { AccountResult } from '../../../lambda/sweep/results';
import type { CredentialKind } from '../../../lib/private/contract';

const CHANGES = /^(Create|Delete|Deactivate|Enable|Disable|Update|Put|Upload|Set|Register|Deregister)/;

/** All that must hold at the end of a sweep, whatever went wrong in it. */
export function expectTruth(stage: Stage, result: SweepResult): void {
  expectCompleteness(stage, result);
  expectRestraint(stage);
  expectGate(stage, result);
  for (const account of result.report.accounts) {
    expectHonesty(stage, account);
    expectRemedies(account);
  }
}

/** Every selected account has exactly one outcome, and a sweep with a failed account fails. */
function expectCompleteness({ expected }: Stage, { report, verdict }: SweepResult): void {
  if (report.problem !== undefined) {
    expect(report.problem.code).not.toBe('');
    expect(verdict.succeeded).toBe(false);
    return;
  }
  const ids = (skipped: boolean) => report.accounts.filter(({ outcome }) => (outcome === 'skipped') === skipped).map(({ accountId }) => accountId).sort();
  expect(ids(false), 'swept').toEqual([...expected.swept].sort());
  expect(ids(true), 'skipped').toEqual([...expected.skipped].sort());
  expect(Object.values(report.counts).reduce((sum, count) => sum + count, 0)).toBe(report.accounts.length);
}

/** Nobody passes by what an audit found who asked to be stopped by it. */
function expectGate({ settings: { failOnFindings } }: Stage, { report, verdict }: SweepResult): void {
  const found = report.accounts.some(({ credentials }) => credentials.some(({ status }) => status === 'found'));
  expect(failOnFindings && found && verdict.succeeded, 'passed by what was found').toBe(false);
}

/** Nothing is touched that should not be, and never with the sweep's own credentials. */
export function expectRestraint({ world: { organization, witness }, settings: { work, dryRun }, expected, isProtected }: Stage): void {
  const { calls } = organization;
  const targets = calls.flatMap(({ operation, target }) => operation === 'AssumeRoot' ? [target!] : []);
  expect(targets.filter((target) => !expected.swept.includes(target)), 'root sessions in accounts that are not to be swept').toEqual([]);
  const strange = calls.filter(({ operation, caller, forwarded }) => forwarded === true || (CHANGES.test(operation) && caller.taskPolicy !== 'IAMDeleteRootUserCredentials'));
  expect(strange, "changes with the caller's own credentials").toEqual([]);
  const toDelete = calls.flatMap(({ operation, target, input }) => operation === 'AssumeRoot' && input['TaskPolicyArn.arn']!.endsWith('IAMDeleteRootUserCredentials') ? [target!] : []);
  expect(work === 'audit' || dryRun ? toDelete : [], 'sessions that could delete').toEqual([]);
  for (const id of expected.swept) {
    expect([...witness.of(id).deletedByUs].filter((name) => isProtected(id, name)), `protected in ${id}, and deleted`).toEqual([]);
  }
  for (const { id } of organization.accounts) {
    expect(witness.of(id).unguarded, `MFA devices of ${id} removed without a look at the password`).toEqual([]);
  }
}

/** What is said of an account's credentials is what was there when they were last read, and nothing that was deleted is forgotten. */
export function expectHonesty({ world, settings: { work }, isProtected, readsMayBeStale }: Stage, account: AccountResult): void {
  const testimony = world.witness.of(account.accountId);
  const isExcused = (name: string) => readsMayBeStale(account.accountId) && testimony.createdByOthers.has(name); // no reader could have seen it
  const there = testimony.lastSeen.filter((name) => !isExcused(name));
  const named = (...statuses: string[]) => account.credentials.filter(({ status }) => statuses.includes(status)).map(nameOf);
  const about = `${account.accountId} is ${account.outcome}`;

  expect(named('deleted', 'absent').filter((name) => there.includes(name)), `${about}: called gone and still there`).toEqual([]);
  if (account.outcome !== 'failed') {
    const told = named('kept', 'would-delete', 'found');
    expect(there.filter((name) => !told.includes(name)), `${about}: there and not told`).toEqual([]);
  }
  if (work === 'audit') {
    expect(['failed', 'found', 'clean', 'skipped'], about).toContain(account.outcome);
  } else {
    expect(named('would-delete', 'deleted').filter((name) => isProtected(account.accountId, name)), `${about}: protected, and called deleted or to be deleted`).toEqual([]);
    expect(named('found'), about).toEqual([]);
  }
  const owned = named('deleted', 'failed');
  expect([...testimony.deletedByUs].filter((name) => !owned.includes(name)), `${about}: deleted by us and not told`).toEqual([]);
  const kinds = new Set<CredentialKind>(testimony.atLastRead.keys());
  if (account.outcome === 'clean' || account.outcome === 'purged') {
    expect(kinds.size, `${about}: kinds that were read`).toBe(4);
  }
}

/** Every account that is not as it should be is named with a code and what to do. */
export function expectRemedies({ accountId, outcome, problem, reason, credentials }: AccountResult): void {
  const problems = [...problem ? [problem] : [], ...credentials.flatMap((credential) => credential.problem ?? [])];
  expect(problems.every(({ code, remedies }) => code !== '' && remedies.length > 0), accountId).toBe(true);
  expect(problems.length > 0, `${accountId} has a problem`).toBe(outcome === 'failed');
  expect(credentials.every((credential) => (credential.status === 'failed') === (credential.problem !== undefined)), accountId).toBe(true);
  expect(credentials.every((credential) => credential.status !== 'kept' || credential.reason !== undefined), accountId).toBe(true);
  expect(outcome !== 'skipped' || reason !== undefined, accountId).toBe(true);
}
