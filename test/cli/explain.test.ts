import { run } from './terminal';
import { FakeOrganization, serve } from '../../local-aws/organization';
import { serveObjects } from '../lambda/sweep/object-store';

const MANAGEMENT = '111111111111';
const PAYMENTS = '222222222222';
const EMPTY = '333333333333';
const CLOSED = '444444444444';

const deny = (condition: object) => ({ Version: '2012-10-17', Statement: [{ Sid: 'DenyRoot', Effect: 'Deny', Action: '*', Resource: '*', Condition: condition }] });
const IS_ROOT = { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:root' } };

async function explain(accountId: string, arrange: (organization: FakeOrganization, unit: string) => void = () => undefined) {
  const organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] });
  const unit = organization.addOrganizationalUnit({ name: 'Workloads' });
  organization.addAccount({ id: PAYMENTS, name: 'payments', ou: unit, email: 'payments@example.com', root: { password: true, accessKeys: [{}] } });
  organization.addAccount({ id: EMPTY, name: 'archive' });
  organization.addAccount({ id: CLOSED, name: 'closed', state: 'SUSPENDED' });
  arrange(organization, unit);
  const served = await serve(organization);
  const ended = await run(['explain', accountId], served.environment);
  await served.close();
  return ended;
}

/** The account with a password and a key, as records of the runbooks say of it. */
async function explainByRecords(record: object | string | undefined, accountId = PAYMENTS) {
  const organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] });
  organization.addAccount({ id: PAYMENTS, name: 'payments', root: { password: true, accessKeys: [{}] } });
  organization.addAccount({ id: EMPTY, name: 'archive' });
  const [served, store] = await Promise.all([serve(organization), serveObjects()]);
  if (record !== undefined) {
    const text = typeof record === 'string' ? record : JSON.stringify({ accountId, reason: 'TICKET-1', openedAt: '2026-01-01T00:00:00.000Z', ...record });
    store.objects.set(`records/recoveries/${accountId}.json`, Buffer.from(text));
  }
  const ended = await run(['explain', accountId, '--recoveries-bucket', 'records'], { ...served.environment, AWS_ENDPOINT_URL_S3: store.endpoint });
  await Promise.all([served.close(), store.close()]);
  return ended;
}

const FUTURE = '2999-01-01T00:00:00.000Z';

describe('an account explained by the records of its password recoveries', () => {
  test('keeps its password while a recovery is open', async () => {
    const { code, stdout } = await explainByRecords({ endsAt: FUTURE });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}password, .* → kept: recovery until 2999-01-01T00:00:00.000Z: TICKET-1$/m);
    expect(stdout).toMatch(/^ {2}access key .* → a purge deletes it$/m);
    expect(stdout).toContain(`  A password recovery is open until ${FUTURE}: TICKET-1.`);
  });

  test('tells of an open recovery where there is no credential yet', async () => {
    const { code, stdout } = await explainByRecords({ endsAt: FUTURE }, EMPTY);
    expect(code).toBe(0);
    expect(stdout).toContain(`  A password recovery is open until ${FUTURE}: TICKET-1.`);
  });

  test.each<[string, object | undefined, string]>([
    ['there was none', undefined, 'The runbooks have opened no password recovery.'],
    ['it was closed', { endsAt: FUTURE, closedAt: '2026-01-02T00:00:00.000Z' }, 'The last password recovery was closed at 2026-01-02T00:00:00.000Z.'],
    ['it has ended without being closed', { endsAt: '2026-01-01T01:00:00.000Z' }, 'The last password recovery ended at 2026-01-01T01:00:00.000Z, and no record says that it was closed: close it'],
  ])('does not keep its password when %s', async (_when, record, text) => {
    const { stdout } = await explainByRecords(record);
    expect(stdout).toMatch(/^ {2}password, .* → a purge deletes it$/m);
    expect(stdout).toContain(`  ${text}`);
  });

  test('is not read when its record is not understood', async () => {
    const { code, stdout } = await explainByRecords('not a record');
    expect(code).toBe(2);
    expect(stdout).toContain('whether a password recovery is open in the account could not be read');
  });
});

describe('an account explained in the terminal', () => {
  test('shows mailbox, credentials and what a purge would do', async () => {
    const { code, stdout } = await explain(PAYMENTS);
    expect(code).toBe(1);
    expect(stdout).toContain(`Account ${PAYMENTS} payments\n  root mailbox payments@example.com`);
    expect(stdout).toMatch(/Root user\n {2}password, created .*\n {2}access key AKIA/);
    expect(stdout).toMatch(/^ {2}password, .* → a purge deletes it$/m);
    expect(stdout).toContain('It is not known whether the runbooks have opened a password recovery: name the bucket of their records with --recoveries-bucket.');
    expect(stdout).toContain('none except those of AWS');
  });

  test('tells a guardrail that exempts root sessions from a policy that blocks them', async () => {
    const { stdout } = await explain(PAYMENTS, (organization, unit) => {
      organization.policies.add('guardrail', deny({ ...IS_ROOT, Null: { 'aws:AssumedRoot': 'true' } }), unit);
      organization.policies.add('too-strict', deny(IS_ROOT), unit);
      organization.policies.add('regions', deny({ StringNotEquals: { 'aws:RequestedRegion': ['us-east-1'] } }), unit);
    });
    expect(stdout).toMatch(/'guardrail' \(p-\S+\) at the OU .* denies the root user's own credentials and exempts root sessions/);
    expect(stdout).toMatch(/the service control policy 'too-strict' \(p-\S+\) at the OU .* denies root sessions .* in 'DenyRoot': add /);
  });

  test('writes no control characters of a name to the terminal', async () => {
    const { stdout } = await explain(PAYMENTS, (organization, unit) => organization.policies.add('evil\u001b[2J', deny(IS_ROOT), unit));
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('evil\\u001b');
  });

  test('of a clean account ends with 0', async () => {
    const { code, stdout } = await explain(EMPTY);
    expect(code).toBe(0);
    expect(stdout).toContain('No root credentials.');
  });

  test('says why a sweep skips an account, and never touches the management account', async () => {
    expect((await explain(CLOSED)).stdout).toContain('A sweep skips the account: its state is SUSPENDED, not ACTIVE.');
    expect((await explain(MANAGEMENT)).stdout).toContain('A sweep never touches the management account');
  });

  test('that is not there is an error with the remedy', async () => {
    const { code, stdout, stderr } = await explain('999999999999');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('error: the organization has no account 999999999999: look it up in AWS Organizations\n');
  });
});
