import { run } from './terminal';
import { FakeOrganization, serve } from '../../local-aws/organization';

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

describe('an account explained in the terminal', () => {
  test('shows mailbox, credentials and what a purge would do', async () => {
    const { code, stdout } = await explain(PAYMENTS);
    expect(code).toBe(1);
    expect(stdout).toContain(`Account ${PAYMENTS} payments\n  root mailbox payments@example.com`);
    expect(stdout).toMatch(/Root user\n {2}password, created .*\n {2}access key AKIA/);
    expect(stdout).toMatch(/^ {2}password, .* → a purge deletes it$/m);
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
