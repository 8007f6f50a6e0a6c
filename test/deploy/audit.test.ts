import { readFileSync } from 'node:fs';
import { DeleteAccessKeyCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRootCommand, STSClient } from '@aws-sdk/client-sts';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { audit, BOTH_FEATURES, changes, deploymentInto, EXCLUDED, MANAGEMENT, member, purge, rootSessions, variedOrganization } from './testing';
import { AccountSelection, PasswordRecoveries, RootCredential, RootCredentialsAudit, RootCredentialsPurge } from '../../lib';
import { expectAbout } from '../support/expect-about';

const organization = variedOrganization(BOTH_FEATURES, 11);
const stack = deploymentInto(organization);

const AUDIT = 'IAMAuditRootUserCredentials';
const DELETE = 'IAMDeleteRootUserCredentials';
const allButOne = AccountSelection.organization({ exclude: [EXCLUDED] });
const rootsOf = () => organization.accounts.map(({ root }) => root.credentials.current);
const reportIn = (output: string): string => /s3:\/\/\S+\/report\.json/.exec(output)![0];

describe('an audit', () => {
  test('that is deployed reports every credential, and changes nothing', async () => {
    const before = rootsOf();
    const result = await stack().deploy((scope) => void audit(scope, { accounts: allButOne }));
    expectAbout(result.output, result).toMatchObject({ code: 0 });
    const report = await stack().latestReport();
    expect(report).toMatchObject({ work: 'audit', counts: { failed: 0, found: 7, clean: 5 } });
    expect(report).not.toHaveProperty('dryRun');
    expect(rootsOf()).toEqual(before);
    expect(changes(organization.calls)).toEqual([]);
    expect(rootSessions(organization.calls, DELETE)).toEqual(new Set());
    const ajv = new Ajv2020({ allErrors: true });
    addFormats(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync('schema/report-2.json', 'utf8')));
    expect(validate(report) || validate.errors).toBe(true);
  });

  test('names what each account really has', async () => {
    const { accounts } = await stack().latestReport();
    const { credentials } = accounts.find(({ accountId }) => accountId === member(1))!;
    const { root } = organization.account(member(1));
    expect(credentials.map(({ kind, id }) => [kind, id].filter(Boolean).join(' '))).toEqual([
      'Password', ...root.accessKeys.map(({ id }) => `AccessKey ${id}`), ...root.signingCertificates.map(({ id }) => `SigningCertificate ${id}`),
      ...root.mfaDevices.map(({ serial }) => `MfaDevice ${serial}`),
    ]);
  });

  test('has a role to which IAM denies every session that could delete, and whose sessions cannot', async () => {
    const roleArn = await stack().output('RootSessionRole');
    const as = (issued: { AccessKeyId?: string; SecretAccessKey?: string; SessionToken?: string }) => ({
      ...stack().aws.clientSettings(),
      credentials: { accessKeyId: issued.AccessKeyId!, secretAccessKey: issued.SecretAccessKey!, sessionToken: issued.SessionToken },
    });
    const sts = new STSClient(as(organization.issue({ accountId: MANAGEMENT, roleArn, arn: roleArn }, 900))); // as Lambda gets them
    const assumeRoot = (task: string) => sts.send(new AssumeRootCommand({
      TargetPrincipal: member(1), TaskPolicyArn: { arn: `arn:aws:iam::aws:policy/root-task/${task}` },
    }));
    for (const task of [DELETE, 'IAMCreateRootUserPassword', 'S3UnlockBucketPolicy', 'SQSUnlockQueuePolicy']) {
      await expectAbout(task, assumeRoot(task)).rejects.toMatchObject({ name: 'AccessDenied' });
    }
    const { Credentials: session } = await assumeRoot(AUDIT);
    const iam = new IAMClient(as(session!));
    const [key] = organization.account(member(1)).root.accessKeys;
    await expect(iam.send(new DeleteAccessKeyCommand({ AccessKeyId: key.id }))).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(organization.account(member(1)).root.accessKeys).toContain(key);
  });

  test('stays one whatever a start says of dry runs', async () => {
    for (const dryRun of [true, false]) {
      const sweep = await stack().start({ accounts: [member(1)], dryRun });
      expect(sweep).toMatchObject({ status: 'SUCCEEDED' });
      expect(await stack().reportOf(sweep)).toMatchObject({ work: 'audit', counts: { found: 1 } });
    }
    expect(changes(organization.calls)).toEqual([]);
  });

  test('that fails on findings fails the deployment that switches it on, names the accounts, and leaves its report and the older stack', async () => {
    const result = await stack().deploy((scope) => void audit(scope, { accounts: allButOne, failOnFindings: true }));
    expect(result.code).toBe(1);
    expect(result.output).toContain('7 found, 5 clean');
    expect(result.output).toContain(`${member(1)} (workload 1)`);
    expect(result.output).toContain('CredentialsFound');
    expect(await stack().status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(JSON.parse(await stack().read(reportIn(result.output)))).toMatchObject({ counts: { found: 7 } });
    expect(await stack().sweeps()).toHaveLength(4); // the rollback looks at nothing
  });

  test('that fails on findings lets the deployment pass where nothing is found', async () => {
    const accounts = AccountSelection.accounts([member(2), member(4)]);
    expect(await stack().deploy((scope) => void audit(scope, { accounts, failOnFindings: true }))).toMatchObject({ code: 0 });
    expect(await stack().latestReport()).toMatchObject({ counts: { found: 0, clean: 2 } });
  });

  test('that could not look at an account has failed, and calls nothing clean that it has not read', async () => {
    organization.assumedRootDenied.add(member(6));
    const sweep = await stack().start({ accounts: [member(2)] });
    expect(sweep).toMatchObject({ status: 'SUCCEEDED' });
    const result = await stack().deploy((scope) => void audit(scope, { accounts: AccountSelection.accounts([member(2), member(6)]) }));
    organization.assumedRootDenied.clear();
    expect(result.code).toBe(1);
    expect(JSON.parse(await stack().read(reportIn(result.output)))).toMatchObject({ counts: { failed: 1, clean: 1 } });
  });
});

describe('a purge that keeps', () => {
  const DAY = 86_400_000;
  const accounts = AccountSelection.accounts([1, 3, 5, 7].map(member));
  const used = (ago: number) => ({ date: Date.now() - ago, service: 's3', region: 'us-east-1' });

  test('what its rules name and what was used, and an account in recovery: leaves just that, with the reasons', async () => {
    const key = (id: string, ago: number) => ({ id, status: 'Active' as const, createDate: 0, lastUsed: used(ago) });
    organization.account(member(3)).root.password = false;
    organization.account(member(3)).root.accessKeys = [key('AKIAUSEDLATELYROOTKEY', DAY), key('AKIAUSEDLONGAGOROOTKEY', 400 * DAY)];
    organization.account(member(5)).root.password = true;
    organization.account(member(5)).root.signingCertificates = [{ id: 'CERTIFICATE', status: 'Active', uploadDate: 0 }];
    const client = new S3Client({ ...stack().aws.clientSettings(), forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'records' }));
    await client.send(new PutObjectCommand({
      Bucket: 'records',
      Key: `recoveries/${member(5)}.json`,
      Body: JSON.stringify({ accountId: member(5), reason: 'TICKET-1', openedAt: '2026-01-01T00:00:00.000Z', endsAt: '2999-01-01T00:00:00.000Z' }),
    }));
    const result = await stack().deploy((scope) => void purge(scope, {
      accounts,
      credentials: Object.values(RootCredential),
      keepIfUsedWithin: Duration.days(30),
      keep: [{ accounts: [member(1)], credentials: [RootCredential.PASSWORD], reason: 'break-glass' }],
      passwordRecoveries: PasswordRecoveries.fromBucket(scope, 'Recoveries', s3.Bucket.fromBucketName(scope, 'Records', 'records')),
    }));
    expectAbout(result.output, result).toMatchObject({ code: 0 });

    const { accounts: reported } = await stack().latestReport();
    const told = (n: number) => reported.find(({ accountId }) => accountId === member(n))!;
    expect(told(1).credentials[0]).toMatchObject({ kind: 'Password', status: 'kept', reason: 'a rule keeps it: break-glass' });
    expect(organization.account(member(1)).root.password).toBe(true);
    expect(organization.account(member(1)).root.mfaDevices).toHaveLength(2);
    expect(told(3).credentials.map(({ id, status }) => `${id} ${status}`)).toEqual(['AKIAUSEDLATELYROOTKEY kept', 'AKIAUSEDLONGAGOROOTKEY deleted']);
    expect(organization.account(member(3)).root.accessKeys.map(({ id }) => id)).toEqual(['AKIAUSEDLATELYROOTKEY']);
    expect(told(5).credentials).toMatchObject([
      { kind: 'Password', status: 'kept', reason: 'recovery until 2999-01-01T00:00:00.000Z: TICKET-1' },
      { kind: 'AccessKey', status: 'kept', reason: expect.stringContaining('AWS knows of no use') },
      { kind: 'SigningCertificate', status: 'deleted' },
    ]);
    expect(organization.account(member(5)).root.password).toBe(true);
    expect(told(7)).toMatchObject({ outcome: 'purged' });
  });
});

describe('an audit and a purge on one reports bucket', () => {
  test('have a part of it each, and leave nothing in the way of a bucket that the CDK empties', async () => {
    const shared = stack().stack('Shared');
    const accounts = AccountSelection.accounts([9, 11].map(member));
    const result = await shared.deploy((scope) => {
      const reportsBucket = new s3.Bucket(scope, 'Reports', { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
      new CfnOutput(scope, 'Bucket', { value: reportsBucket.bucketName });
      new RootCredentialsAudit(scope, 'Audit', { accounts, reportsBucket });
      new RootCredentialsPurge(scope, 'Purge', { accounts, reportsBucket });
    });
    expectAbout(result.output, result).toMatchObject({ code: 0 });
    const bucket = await shared.output('Bucket');
    const reports = (await shared.objects()).filter((address) => address.startsWith(`s3://${bucket}/`) && address.endsWith('/latest/report.json'));
    const works = await Promise.all(reports.map(async (address) => [address, JSON.parse(await shared.read(address)).work]));
    expect(Object.fromEntries(works)).toEqual({
      [`s3://${bucket}/${MANAGEMENT}/Shared/Audit/latest/report.json`]: 'audit',
      [`s3://${bucket}/${MANAGEMENT}/Shared/Purge/latest/report.json`]: 'purge',
    });
    const end = await shared.destroy();
    expectAbout(end.output, end).toMatchObject({ code: 0 });
    expect((await shared.objects()).filter((address) => address.startsWith(`s3://${bucket}/`))).toEqual([]);

    const left = await shared.logGroups();
    const again = await shared.deploy((scope) => void new RootCredentialsAudit(scope, 'Audit', { accounts })); // the log groups of the first time are still there
    expectAbout(again.output, again).toMatchObject({ code: 0 });
    const ofMachines = (await shared.logGroups()).filter((name) => name.startsWith('/aws/vendedlogs/states/Shared-'));
    expect(ofMachines.filter((name) => left.includes(name))).toHaveLength(2);
    expect(ofMachines).toHaveLength(3);
    expect(await shared.logDeliveries()).toEqual([expect.stringMatching(/:log-group:\/aws\/vendedlogs\/\*$/)]);
  });
});
