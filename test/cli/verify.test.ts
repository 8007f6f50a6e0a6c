import { run } from './terminal';
import { fail, FakeOrganization, serve, type Effect, type OrganizationOptions, type UnknownSwitches } from '../../local-aws/organization';

const MANAGEMENT = '111111111111';
const MEMBER = '222222222222';
const READY: OrganizationOptions = { trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] };

interface Answer {
  readonly question: string;
  readonly state: string;
  readonly answer: string;
}

async function verify(unknowns: Partial<UnknownSwitches> = {}, arrange: (organization: FakeOrganization) => void = () => undefined, as = MANAGEMENT) {
  const organization = new FakeOrganization(READY);
  Object.assign(organization.switches, unknowns);
  organization.addAccount({ id: MEMBER, name: 'sandbox', root: { password: true, accessKeys: [{ status: 'Inactive' }], mfaDevices: [{}] } });
  arrange(organization);
  const served = await serve(organization);
  const { code, stdout, stderr } = await run(['verify', MEMBER, '--output', 'json'], { ...served.environment, AWS_ACCESS_KEY_ID: as });
  await served.close();
  const answers = JSON.parse(stdout || '[]') as Answer[];
  const changes = organization.calls.map(({ operation }) => operation).filter((operation) => !/^(Get|List|Describe|AssumeRoot$)/.test(operation));
  return { code, stdout, stderr, changes, differing: answers.filter(({ state }) => state === 'differs').map(({ question }) => question), to: (words: string) => answers.find(({ question }) => question.includes(words))!.answer };
}

/** Success, and nothing in it. */
const hollow: Effect = async ({ operation }) => (
  { status: 200, headers: { 'content-type': 'text/xml' }, body: `<${operation}Response><${operation}Result/></${operation}Response>` });

describe('whether AWS behaves as the library assumes', () => {
  test('is asked in an audit session, and nothing is changed', async () => {
    const { code, differing, changes, stderr } = await verify();
    expect({ code, differing, changes, stderr }).toEqual({ code: 0, differing: [], changes: [], stderr: '' });
  });

  test('is answered without ids', async () => {
    const { stdout } = await verify();
    expect(stdout).not.toMatch(/\d{12}|AKIA|o-fake/);
  });

  test.each([
    [{ summaryCountsInactiveKeys: true }, 'inactive access keys', 'yes'],
    [{ summaryCountsInactiveKeys: false }, 'inactive access keys', 'no'],
    [{ accountStates: 'State' as const }, 'state of an account', 'State ACTIVE'],
    [{ accountStates: 'Status' as const }, 'state of an account', 'Status ACTIVE'],
    [{ userNameInEntries: true }, 'access keys always', 'a list of 1, with AccessKeyId, CreateDate, Status, UserName'],
    [{ userNameInEntries: false }, 'access keys always', 'a list of 1, with AccessKeyId, CreateDate, Status'],
  ])('tells what nobody has recorded: %j', async (unknowns, question, answer) => {
    const { to, differing } = await verify(unknowns);
    expect([to(question), differing]).toEqual([answer, []]);
  });

  test.each([[true, /^yes/], [false, /^no: /]])('tells whether a delegated administrator may take a root session in itself: %s', async (delegateMayRootItself, answer) => {
    const DELEGATE = '333333333333';
    const { to } = await verify({ delegateMayRootItself }, (organization) => {
      organization.addAccount({ id: DELEGATE, name: 'security' });
      organization.delegate(DELEGATE);
    }, DELEGATE);
    expect(to('its own account')).toMatch(answer);
  });

  test.each([
    ['iam:ListMFADevices', hollow, 'MFA devices'], ['iam:GetAccountSummary', hollow, 'four flags'], ['iam:GetUser', fail('ServiceFailure'), 'Whose user'],
    ['iam:ListOrganizationsFeatures', hollow, 'enabled features'], ['organizations:DescribeAccount', fail('AccessDenied'), 'state of an account'],
  ])('finds what differs in %s, and ends with 1', async (operation, effect, question) => {
    const { code, differing } = await verify({}, (organization) => organization.faults.add({ operation, effect }));
    expect(code).toBe(1);
    expect(differing).toContainEqual(expect.stringContaining(question));
  });

  test('is never asked in the management account, and ends with 64', async () => {
    const organization = new FakeOrganization(READY);
    const served = await serve(organization);
    const { code, stdout, stderr } = await run(['verify', MANAGEMENT], served.environment);
    await served.close();
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toBe(`error: ${MANAGEMENT} is the management account, in which no root session is asked for: name a member account\n`);
    expect(organization.calls.map(({ operation }) => operation)).not.toContain('AssumeRoot');
  });

  test('cannot be asked without a root session, and ends with 2', async () => {
    const { code, stderr } = await verify({}, (organization) => organization.faults.add({ operation: 'sts:AssumeRoot', effect: fail('AccessDenied') }));
    expect(code).toBe(2);
    expect(stderr).toContain('Access Denied');
  });
});
