import { CfnOutput } from 'aws-cdk-lib';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { changes, deploymentInto, EXCLUDED, INACTIVE, MANAGEMENT, SECURITY, variedOrganization, withOutputs } from './testing';
import { AccountSelection, CentralizedRootAccess, type CentralizedRootAccessProps } from '../../lib';
import { IAM_SERVICE_PRINCIPAL } from '../../lib/organization/contract';
import { expectAbout } from '../support/expect-about';

const organization = variedOrganization({}, 7);
const stack = deploymentInto(organization);

const deploy = (props: CentralizedRootAccessProps = {}) => stack().deploy((scope) => {
  const rootAccess = new CentralizedRootAccess(scope, 'RootAccess', { delegatedAdministratorAccountId: SECURITY, ...props });
  const mail = new sqs.Queue(scope, 'Mail');
  rootAccess.notifications.addSubscription(new subscriptions.SqsSubscription(mail));
  withOutputs(scope, rootAccess.audit);
  new CfnOutput(scope, 'Purged', { value: rootAccess.purge?.reportsBucket.bucketName ?? 'nothing' });
  new CfnOutput(scope, 'MailUrl', { value: mail.queueUrl });
});

describe('centralized root access with its defaults', () => {
  test('switches root access on, delegates, audits, and deletes nothing', async () => {
    const { code, output } = await deploy();
    expectAbout(output, code).toBe(0);
    expect(organization.isTrusted(IAM_SERVICE_PRINCIPAL)).toBe(true);
    expect([...organization.features.current].sort()).toEqual(['RootCredentialsManagement', 'RootSessions']);
    expect(organization.isDelegatedAdministrator(SECURITY, IAM_SERVICE_PRINCIPAL)).toBe(true);
    expect(changes(organization.calls).filter((operation) => !/^(Enable|Register)/.test(operation))).toEqual([]);
    expect(await stack().latestReport()).toMatchObject({ counts: { found: 6, clean: 3, failed: 0, skipped: 5 } });
  });

  test('tells its topic what was found', async () => {
    const { Message } = await stack().received('MailUrl', (body) => /\d+ credentials found/.test(body));
    expect(Message).toContain('6 found, 3 clean, 5 skipped');
  });

  test('has an alarm for as long as they are there', async () => {
    const ringing = (await stack().aws.alarms()).filter(({ state }) => state === 'ALARM').map(({ name }) => name);
    expect(ringing).toEqual([expect.stringMatching(/\/Audit - found credentials$/)]);
  });
});

test('centralized root access purges what it audits, but for what is excluded, once it is asked to', async () => {
  const { code, output } = await deploy({ accounts: AccountSelection.organization({ exclude: [EXCLUDED] }), purge: {} });
  expectAbout(output, code).toBe(0);
  expect(organization.accounts.filter(({ root }) => !root.isClean).map(({ id }) => id)).toEqual([MANAGEMENT, EXCLUDED, ...INACTIVE]);
  const report = JSON.parse(await stack().read(`s3://${await stack().output('Purged')}/latest/report.json`));
  expect(report).toMatchObject({ counts: { purged: 5, clean: 3, failed: 0, skipped: 6 } });
  const { Message } = await stack().received('MailUrl', (body) => /\d+ credentials deleted/.test(body));
  expect(Message).toContain('Purge');
});
