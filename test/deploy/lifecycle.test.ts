import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { parse } from 'csv-parse/sync';
import { type Build, changes, Deployment, EXCLUDED, INACTIVE, MANAGEMENT, member, MEMBERS, purge, rootSessions, SECURITY, variedOrganization } from './testing';
import { AccountSelection, OrgRootAccessFeatures } from '../../lib';


const organization = variedOrganization();
const issue = jest.spyOn(organization.callers, 'issue');
let stack: Deployment;

beforeAll(async () => {
  stack = await Deployment.into(organization);
});
afterAll(() => stack?.stop());

const selecting = (accounts: AccountSelection): Build => (scope) => {
  purge(scope, { features: new OrgRootAccessFeatures(scope, 'RootAccess'), accounts });
};
const allButOne = selecting(AccountSelection.organization({ exclude: [EXCLUDED] }));
const withCredentials = () => organization.accounts.filter(({ root }) => !root.isClean).map(({ id }) => id);

describe('the first deployment of a purge', () => {
  test('leaves no root credential in any account that it selects', async () => {
    expect(await stack.deployByCli(allButOne)).toMatchObject({ code: 0 });
    expect(withCredentials()).toEqual([MANAGEMENT, EXCLUDED, ...INACTIVE]);
  });

  test('switches root access on before it deletes anything', () => {
    expect(changes(organization.calls).slice(0, 3)).toEqual([
      'EnableAWSServiceAccess', 'EnableOrganizationsRootCredentialsManagement', 'EnableOrganizationsRootSessions',
    ]);
  });

  test('asks for no root session in the management account, an excluded or an inactive one', () => {
    expect(rootSessions(organization.calls)).toEqual(new Set([SECURITY, ...MEMBERS]));
  });

  test('reports exactly one outcome for every account of the organization', async () => {
    const { accounts, counts } = await stack.latestReport();
    expect(accounts.map(({ accountId }) => accountId).sort()).toEqual(organization.accounts.map(({ id }) => id).sort());
    expect(counts).toEqual({ 'failed': 0, 'kept': 0, 'purged': 17, 'would-purge': 0, 'found': 0, 'clean': 15, 'skipped': 6 });
  });

  test('says in its outputs what it did, and where the report is', async () => {
    const credentials = (await stack.latestReport()).accounts.flatMap((account) => account.credentials);
    const deleted = credentials.filter(({ status }) => status === 'deleted').length;
    expect(await stack.output('Summary')).toBe(`accounts: 17 purged, 15 clean, 6 skipped; root credentials: ${deleted} found, ${deleted} deleted, 0 kept`);
    expect(await stack.output('Counts')).toBe(`32 0 ${deleted} ${deleted} 0`);
    expect(await stack.read(await stack.output('Report'))).toContain('<html');
  });

  test('reports JSON that keeps to its published schema', async () => {
    const ajv = new Ajv2020({ allErrors: true });
    addFormats(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync('schema/report-2.json', 'utf8')));
    expect(validate(await stack.latestReport()) || validate.errors).toBe(true);
  });

  test('reports CSV with the same accounts, outcomes and credentials', async () => {
    const csv = await stack.read(`s3://${await stack.output('Bucket')}/latest/report.csv`);
    const rows = parse<Record<string, string>>(csv, { columns: true, bom: true });
    const { accounts } = await stack.latestReport();
    const expected = accounts.flatMap(({ accountId, outcome, credentials }) => (
      credentials.length > 0 ? credentials.map(({ kind, status }) => [accountId, outcome, kind, status]) : [[accountId, outcome, '', '']]));
    expect(rows.map((row) => [row.account_id, row.outcome, row.credential, row.status])).toEqual(expected);
  });

  describe('logs and stores', () => {
    let texts: string[];

    beforeAll(async () => {
      texts = [...await stack.aws.logLines(), ...await Promise.all((await stack.objects()).map((address) => stack.read(address, 'latin1')))];
    });

    test('no secret key and no session token', () => {
      const issued = issue.mock.results.map(({ value }) => value as ReturnType<typeof organization.issue>);
      const secrets = issued.flatMap(({ SecretAccessKey, SessionToken }) => [SecretAccessKey, SessionToken]);
      expect(secrets.length).toBeGreaterThan(100);
      expect(textsWith(...secrets)).toEqual([]);
    });

    test('no address for an answer to CloudFormation', () => {
      expect(textsWith('/cfn-response/')).toEqual([]);
    });

    test('what became of each account', () => {
      expect(textsWith('account looked at')).toHaveLength(MEMBERS.length + 1);
    });

    const textsWith = (...words: string[]) => texts.filter((text) => words.some((word) => text.includes(word)));
  });

  test('silences the functions of the CDK that are given such an address', async () => {
    const template = await stack.template();
    const framework = Object.values(template.Resources).filter(({ Properties }) => Properties?.Handler?.startsWith('framework.'));
    expect(framework.map(({ Properties }) => Properties.LoggingConfig.ApplicationLogLevel)).toEqual(Array(4).fill('FATAL'));
  });
});

describe('a deployment', () => {
  beforeEach(() => {
    organization.calls.length = 0;
  });

  test('without a change sweeps nothing', async () => {
    const result = await stack.deployByCli(allButOne);
    expect(result).toMatchObject({ code: 0, output: expect.stringContaining('(no changes)') });
    expect(rootSessions(organization.calls)).toEqual(new Set());
    expect(await stack.sweeps()).toEqual(['SUCCEEDED']);
  });

  test('of another selection sweeps what is selected now, and nothing else', async () => {
    organization.account(member(1)).root.password = true;
    organization.account(member(3)).root.password = true;
    expect(await stack.deploy(selecting(AccountSelection.accounts([SECURITY, member(1)])))).toMatchObject({ code: 0 });
    expect(rootSessions(organization.calls)).toEqual(new Set([SECURITY, member(1)]));
    expect(withCredentials()).toEqual([MANAGEMENT, EXCLUDED, ...INACTIVE, member(3)]);
    expect(await stack.sweeps()).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });

  test('that finds every account clean takes no session that could delete, and changes nothing', async () => {
    organization.account(member(3)).root.password = false;
    expect(await stack.deploy(allButOne)).toMatchObject({ code: 0 });
    expect((await stack.latestReport()).counts).toMatchObject({ purged: 0, clean: 32, skipped: 6 });
    expect(rootSessions(organization.calls, 'IAMDeleteRootUserCredentials')).toEqual(new Set());
    expect(changes(organization.calls)).toEqual([]);
  });

  test('that deletes the stack deletes no credential, sweeps nothing and leaves root access on', async () => {
    const report = `s3://${await stack.output('Bucket')}/latest/report.json`;
    const logGroups = await stack.logGroups();
    organization.account(member(1)).root.password = true;
    expect(await stack.destroyByCli()).toMatchObject({ code: 0 });
    expect(organization.account(member(1)).root.password).toBe(true);
    expect(rootSessions(organization.calls)).toEqual(new Set());
    expect(changes(organization.calls)).toEqual([]);
    expect([organization.isTrusted('iam.amazonaws.com'), organization.features.current.size]).toEqual([true, 2]);
    expect(JSON.parse(await stack.read(report))).toMatchObject({ counts: { clean: 32 } });
    expect(await stack.logGroups()).toEqual(logGroups);
  });
});
