import { run } from './terminal';
import { FakeOrganization, serve, type OrganizationOptions } from '../../local-aws/organization';

const ORGANIZATION = 'o-fakeorganization';
const SECURITY = '222222222222';

async function change(args: string[], options: OrganizationOptions = {}, as?: string) {
  const organization = new FakeOrganization(options);
  organization.addAccount({ id: SECURITY, name: 'security' });
  const served = await serve(organization);
  const ended = await run(args, { ...served.environment, ...as ? { AWS_ACCESS_KEY_ID: as } : {} });
  await served.close();
  const changes = organization.calls.map(({ operation }) => operation).filter((operation) => !/^(Get|List|Describe)/.test(operation));
  return { ...ended, changes };
}

describe('enable', () => {
  test('switches on what is off, and says what it does', async () => {
    const { code, stderr, stdout, changes } = await change(['enable', '--yes', ORGANIZATION]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'trusted access, RootCredentialsManagement and RootSessions are on\n' });
    expect(stderr).toContain(`in ${ORGANIZATION}`);
    expect(changes).toEqual(['EnableAWSServiceAccess', 'EnableOrganizationsRootCredentialsManagement', 'EnableOrganizationsRootSessions']);
  });

  test('changes nothing where all of it is on', async () => {
    expect(await change(['enable', '--yes', ORGANIZATION], { trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] })).toMatchObject({ code: 0, changes: [] });
  });

  test.each([
    [['enable'], 64, `this is no terminal to ask in: confirm with --yes ${ORGANIZATION}. Nothing was changed.`],
    [['enable', '--yes', 'o-other'], 64, `--yes o-other names something else: this is ${ORGANIZATION}. Nothing was changed.`],
  ])('without the right ID changes nothing: %j', async (args, code, message) => {
    const ended = await change(args);
    expect(ended).toMatchObject({ code, changes: [], stdout: '' });
    expect(ended.stderr).toContain(message);
  });

  test('from another account names the management account', async () => {
    const { code, stderr, changes } = await change(['enable', '--yes', ORGANIZATION], {}, SECURITY);
    expect({ code, changes }).toEqual({ code: 2, changes: [] });
    expect(stderr).toContain('use credentials of account 111111111111');
  });
});

describe('delegate', () => {
  test('registers the account for IAM', async () => {
    const { code, stdout, changes } = await change(['delegate', SECURITY, '--yes', ORGANIZATION], { trustedAccess: true });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${SECURITY} is delegated administrator for iam.amazonaws.com\n` });
    expect(changes).toEqual(['RegisterDelegatedAdministrator']);
  });

  test('of an account that is not there says so', async () => {
    const { code, stderr, changes } = await change(['delegate', '999999999999', '--yes', ORGANIZATION], { trustedAccess: true });
    expect(code).toBe(2);
    expect(stderr).toContain('999999999999');
    expect(changes.filter((operation) => operation !== 'RegisterDelegatedAdministrator')).toEqual([]);
  });
});
