import { readFileSync } from 'node:fs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { serveListener } from '../listener';
import { accountOf, accountsOf, DENIED, reportOf } from './report-samples';
import { log } from '../../../../lambda/log';
import type { SweepReport } from '../../../../lambda/sweep/report/contents';
import { signal, type Audience } from '../../../../lambda/sweep/report/signals';
import { verdictOf } from '../../../../lambda/sweep/report/verdict';
import { resultOf } from '../../../../lambda/sweep/results';
import { RootCredentialsPurge } from '../../../../lib';
import { SweepBase } from '../../../../lib/sweep/root-credentials-sweep';
import { testApp } from '../../../support/apps';
import { expectAbout } from '../../../support/expect-about';

const SWEEP = 'RootAccess/Purge';
const ADDRESSES = { json: 's3://reports/runs/1/report.json', csv: 's3://reports/runs/1/report.csv', html: 's3://reports/runs/1/report.html' };
const TOPIC = 'arn:aws:sns:us-east-1:111111111111:people';
const MACHINE = 'arn:aws:states:eu-central-1:111111111111:stateMachine:Sweep';
const OF_EXECUTION = { executionArn: 'arn:aws:states:eu-central-1:111111111111:execution:Sweep:deployment-1' };
const FAILED_START = { code: 'FeatureNotEnabled', message: 'the feature is off', remedies: ['switch it on'] };

let listener: Awaited<ReturnType<typeof serveListener>>;
let lines: string[];
beforeAll(async () => {
  listener = await serveListener();
});
afterAll(() => listener.close());
beforeEach(() => {
  lines = [];
  listener.heard.events.length = 0;
  listener.heard.messages.length = 0;
  Object.assign(listener.trouble, { refuseEvent: false, denyMessage: false, words: 'no' });
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
});

async function tell(report: SweepReport, { topicArn, notify, earlier }: Partial<Audience> & { earlier?: SweepReport } = { topicArn: TOPIC }) {
  const settings = { endpoint: listener.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const audience = { eventBridge: new EventBridgeClient(settings), sns: new SNSClient(settings), sweep: SWEEP, topicArn, notify };
  await signal(audience, report, verdictOf(report, ADDRESSES.json, { tolerateFailedAccounts: false, failOnFindings: false }), ADDRESSES, earlier);
}

/** The line in embedded metric format. */
const emitted = () => lines.length === 0 ? undefined : JSON.parse(lines[0]);
const valuesOf = ({ _aws, ...values }: Record<string, unknown>) => values;

describe('the metrics of a sweep', () => {
  test('count accounts and credentials of the whole selection', async () => {
    await tell(reportOf(accountsOf(10)));
    expect(lines).toHaveLength(1);
    expect(valuesOf(emitted())).toEqual({
      Sweep: SWEEP,
      AccountsSwept: 8,
      AccountsClean: 2,
      AccountsFailed: 2,
      CredentialsFound: 4,
      CredentialsDeleted: 4,
      CredentialsKept: 2,
      SweepsFinished: 1,
      SweepsIncomplete: 0,
      SweepDuration: expect.any(Number),
      SignalsFailed: 0,
    });
  });

  test('count, but for the time that the sweep took', async () => {
    await tell({ ...reportOf(accountsOf(10)), endedAt: '2026-01-02T03:05:35Z' });
    expect(emitted().SweepDuration).toBe(90);
    const { Metrics } = emitted()._aws.CloudWatchMetrics[0];
    expect(Metrics.filter(({ Unit }: { Unit: string }) => Unit !== 'Count')).toEqual([{ Name: 'SweepDuration', Unit: 'Seconds' }]);
    expect(Metrics).toHaveLength(10);
  });

  test('have the names, namespace and dimension by which the construct reads them', async () => {
    const purge = new RootCredentialsPurge(new Stack(testApp(), 'RootAccess'), 'Purge');
    const methods = Object.getOwnPropertyNames(SweepBase.prototype).filter((name) => /^metric[A-Z]/.test(name));
    const read = methods.map((name) => (purge as unknown as Record<string, () => cloudwatch.Metric>)[name]());
    const exclusions = [{ accounts: [accountOf(3).accountId], reason: 'moves out', until: '2020-01-31' }];
    await tell(reportOf(accountsOf(10), {}, undefined, { allowedEmailDomains: ['example.com'], selection: { exclude: [], exclusions } }));
    const { Timestamp, CloudWatchMetrics: [directive, ...others] } = emitted()._aws;
    expect(others).toEqual([]);
    expect(Math.abs(Date.now() - Timestamp)).toBeLessThan(60_000);
    expect(methods.length).toBeGreaterThanOrEqual(9);
    for (const { namespace, metricName, dimensions } of read) {
      expect(directive.Namespace).toBe(namespace);
      expect(directive.Dimensions).toEqual([Object.keys(dimensions!)]);
      expect(emitted()).toMatchObject(dimensions!);
      expect(directive.Metrics.map(({ Name }: { Name: string }) => Name)).toContain(metricName);
      expect(emitted()).toHaveProperty(metricName);
    }
  });

  test.each<[string, SweepReport, Record<string, unknown> | undefined]>([
    ['a part of the selection that is clean', reportOf([resultOf(accountOf(1), [])], { narrowed: true }), undefined],
    ['a part of the selection with a failed account', reportOf([resultOf(accountOf(1), [], DENIED)], { narrowed: true }), { Sweep: SWEEP, AccountsFailed: 1 }],
    ['a part of the selection with credentials', reportOf([resultOf(accountOf(1), [{ kind: 'Password', status: 'deleted' }])], { narrowed: true }),
      { Sweep: SWEEP, CredentialsFound: 1, CredentialsDeleted: 1 }],
    ['a part of the selection with a foreign mailbox', reportOf(
      [resultOf(accountOf(1), [])], { narrowed: true, mailboxes: { [accountOf(1).accountId]: 'root@evil.example' } }, undefined, { allowedEmailDomains: ['example.com'] },
    ), { Sweep: SWEEP, ForeignMailboxes: 1 }],
    ['a sweep that did not come to its end', reportOf([], {}, FAILED_START), { Sweep: SWEEP, SweepsIncomplete: 1 }],
  ])('of %s never say that there is nothing', async (_what, report, values) => {
    await tell(report);
    expect(emitted() && valuesOf(emitted())).toEqual(values);
  });
});

describe('the event of a sweep', () => {
  test('keeps to its schema, with counts and where the report is', async () => {
    await tell(reportOf(accountsOf(10)));
    const [{ Source, DetailType, Detail }] = listener.heard.events;
    expect({ Source, DetailType }).toEqual({ Source: 'cdk-root-access', DetailType: 'Root Credentials Sweep Finished' });
    const detail = JSON.parse(Detail);
    expect(detail).toEqual({
      version: '1',
      sweep: SWEEP,
      execution: 'deployment-1',
      startedAt: '2026-01-02T03:04:05Z',
      endedAt: expect.any(String),
      organizationId: 'o-abcdefghij',
      dryRun: false,
      narrowed: false,
      succeeded: false,
      accounts: { 'failed': 2, 'kept': 2, 'purged': 2, 'would-purge': 0, 'found': 0, 'clean': 2, 'skipped': 2 },
      credentials: { found: 4, deleted: 4, kept: 2 },
      findings: { endedExceptions: 0, foreignMailboxes: 0 },
      report: ADDRESSES,
    });
    const ajv = new Ajv2020({ allErrors: true });
    addFormats(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync('schema/sweep-finished-1.json', 'utf8')));
    expect(validate(detail) || validate.errors).toBe(true);
  });

  test('says what kept a sweep from its end', async () => {
    await tell(reportOf([], {}, FAILED_START));
    expect(JSON.parse(listener.heard.events[0].Detail)).toMatchObject({ succeeded: false, problem: 'FeatureNotEnabled' });
  });

  test('has the same size for 10,000 accounts as for one', async () => {
    await tell(reportOf(accountsOf(10_000)));
    expect(listener.heard.events[0].Detail.length).toBeLessThan(1_000);
  });

  test('is sent for a clean sweep too, and not for a start that was refused', async () => {
    await tell(reportOf([resultOf(accountOf(1), [])]));
    expect(listener.heard.events).toHaveLength(1);
    await tell(reportOf([], {}, { code: 'InputRefused', message: 'no', remedies: [] }));
    expect(listener.heard.events).toHaveLength(1);
    expect(lines).toHaveLength(1);
    expect(listener.heard.messages).toEqual([]);
  });
});

describe('the message to people', () => {
  test('says what happened, what to do and where the report is', async () => {
    await tell(reportOf(accountsOf(5), {}, undefined, OF_EXECUTION));
    const [{ TopicArn, Subject, Message }] = listener.heard.messages;
    expect(TopicArn).toBe(TOPIC);
    expect(Subject).toBe('Root credentials: 1 account failed, 2 credentials found, 2 credentials deleted');
    expect(Message.split('\n')).toEqual([
      'Sweep RootAccess/Purge, execution deployment-1: failed',
      '',
      'root credentials of member accounts: 1 failed, 1 kept, 1 purged, 1 clean, 1 skipped; credentials: 2 found, 2 deleted, 1 kept',
      'failed: 200000000000 (account-0)',
      '  AssumeRootDenied: not authorized',
      '  1. look at the policies', '  2. register the account',
      `report: ${ADDRESSES.json}`,
      '',
      'Accounts:',
      '- 200000000000 (account-0) in Root: AssumeRootDenied',
      '- 200000000001 (account-1) in Root / workloads: deleted Password, MfaDevice',
      '',
      'What to do:',
      '- failed accounts may still have root credentials: follow the remedies above, then sweep them again:',
      '',
      `aws stepfunctions start-execution --region eu-central-1 --state-machine-arn ${MACHINE} --input '{"accounts":["200000000000"]}'`,
      '',
      '- credentials were deleted. Unless this was the first sweep, find out in CloudTrail who created them, with credentials of each of those accounts:',
      '',
      'aws cloudtrail lookup-events --region us-east-1 --lookup-attributes AttributeKey=Username,AttributeValue=root',
      '',
      '- read the whole report:',
      '',
      `aws s3 cp ${ADDRESSES.html} .`,
    ]);
  });

  test('of an audit names each credential with the unit of its account, and the command that shows what a purge would do', async () => {
    const found = resultOf(accountOf(1), [{ kind: 'AccessKey', id: 'AKIA1', status: 'found' }, { kind: 'Password', status: 'found' }]);
    await tell(reportOf([resultOf(accountOf(0), []), found], { work: 'audit' }));
    const told = listener.heard.messages[0].Message.split('\n');
    expect(told).toContain('- 200000000001 (account-1) in Root / workloads: found AccessKey AKIA1, Password');
    expect(told).toContain('npx cdk-root-access plan --accounts 200000000001');
    expectAbout('a clean account is no news', told.join()).not.toContain('200000000000');
  });

  test('shows what a purge would do in those accounts alone in which something is left, 30 at most, and says nothing of what was gone', async () => {
    const left = (i: number) => resultOf(accountOf(i), [{ kind: 'Password', status: 'found' }]);
    const gone = resultOf(accountOf(90), [{ kind: 'Password', status: 'deleted' }]);
    await tell(reportOf([gone, left(1), left(3)]));
    await tell(reportOf(Array.from({ length: 31 }, (_, i) => left(i)), { work: 'audit' }));
    await tell(reportOf([resultOf(accountOf(0), [{ kind: 'Password', status: 'absent' }])]));
    await tell(reportOf([resultOf(accountOf(0), [{ kind: 'Password', status: 'failed', problem: DENIED }])]));
    const [some, many, none, failed] = listener.heard.messages.map(({ Message }) => Message);
    expect(some).toContain('\nnpx cdk-root-access plan --accounts 200000000001,200000000003\n');
    expect(/plan --accounts (\S+)/.exec(many)![1].split(',')).toHaveLength(30);
    const STILL_THERE = 'credentials that were found and not deleted are still there';
    expect(none).not.toContain(STILL_THERE);
    expect(failed).toContain(`- ${STILL_THERE}: the report names each one and why\n- read`);
  });

  test('names 30 accounts and the number of the others, and sweeps all again where more have failed', async () => {
    await tell(reportOf(accountsOf(200).filter(({ outcome }) => outcome === 'failed'), {}, undefined, OF_EXECUTION));
    const message = listener.heard.messages[0].Message;
    expect(message.split('\n').filter((line) => line.startsWith('- 2000'))).toHaveLength(30);
    expect(message).toContain('\n  and 10 more, in the report\n');
    expect(message).toContain(`--state-machine-arn ${MACHINE} --input '{}'`);
  });

  describe('has a line that starts the sweep again, which does no more than the sweep did', () => {
    const startsIn = () => listener.heard.messages[0].Message.split('\n').filter((line) => line.includes('start-execution')).map((line) => /--input '(.*)'$/.exec(line)![1]);
    const failed = (count: number) => accountsOf(5 * count).filter(({ outcome }) => outcome === 'failed');

    test('a dry run is a dry run again, such as that of an account that joined', async () => {
      await tell(reportOf(failed(1), { dryRun: true, narrowed: true }, undefined, OF_EXECUTION));
      expect(startsIn()).toEqual(['{"accounts":["200000000000"],"dryRun":true}']);
    });

    test('one of some accounts is of these again', async () => {
      await tell(reportOf(accountsOf(2).slice(1), { narrowed: true }, FAILED_START, OF_EXECUTION));
      expect(startsIn()).toEqual(['{"accounts":["200000000001"]}']);
    });

    test.each([
      ['of more accounts than a line has room for', failed(40), { narrowed: true }, undefined],
      ['that ended before it was known what it was about', [], { narrowed: undefined }, FAILED_START],
    ])('one %s has none', async (_what, accounts, selection, problem) => {
      await tell({ ...reportOf(accounts, {}, problem, OF_EXECUTION), ...selection });
      expect(startsIn()).toEqual([]);
      expect(listener.heard.messages[0].Message).toContain('again, with the input that this one had');
    });
  });

  test('of a dry run says that nothing was deleted', async () => {
    await tell(reportOf([resultOf(accountOf(1), [{ kind: 'Password', status: 'would-delete' }])], { dryRun: true }));
    const [first, ...rest] = listener.heard.messages[0].Message.split('\n');
    expect(first).toContain('a dry run: nothing was deleted');
    expect(rest.slice(rest.indexOf('What to do:') + 1)).toEqual([
      '- credentials that were found and not deleted are still there: the report names each one and why. Read the plan, then purge without dryRun:',
      '',
      'aws s3 cp s3://reports/runs/1/plan.json .',
      '',
      '- read the whole report:',
      '',
      `aws s3 cp ${ADDRESSES.html} .`,
    ]);
  });

  test('fits the subject of a mail, however much happened', async () => {
    const much = accountsOf(20_000).map((account) => resultOf(account, account.credentials, account.problem ?? DENIED));
    await tell(reportOf(much, {}, FAILED_START));
    const { Subject } = listener.heard.messages[0];
    expect(Subject).toHaveLength(100);
    expect(Subject).toMatch(/^Root credentials: the sweep did not come to its end, 20000 accounts failed, /);
  });

  test('says of a sweep that succeeded that it did', async () => {
    await tell(reportOf([resultOf(accountOf(1), [{ kind: 'Password', status: 'deleted' }])]));
    expect(listener.heard.messages[0]).toMatchObject({
      Subject: 'Root credentials: 1 credential found, 1 credential deleted', Message: expect.stringMatching(/^Sweep RootAccess\/Purge, execution deployment-1: succeeded\n/),
    });
    expect(listener.heard.messages[0].Message).not.toMatch(/accounts were not swept|failed accounts|not deleted are still there/);
  });

  test('tells of a sweep that did not come to its end', async () => {
    await tell(reportOf([], {}, FAILED_START, OF_EXECUTION));
    expect(listener.heard.messages[0]).toMatchObject({ Subject: 'Root credentials: the sweep did not come to its end', Message: expect.stringContaining('the feature is off') });
    expect(listener.heard.messages[0].Message).toContain('- the accounts were not swept to the end: fix the cause above, then start the sweep again:'
      + `\n\naws stepfunctions start-execution --region eu-central-1 --state-machine-arn ${MACHINE} --input '{}'\n`);
  });

  test.each([
    ['a sweep that found nothing', resultOf(accountOf(1), [])],
    ['what is kept for a reason', resultOf(accountOf(1), [{ kind: 'Password', status: 'kept', reason: 'break glass' }])],
  ])('is not sent for %s', async (_what, account) => {
    await tell(reportOf([account]));
    expect(listener.heard.messages).toEqual([]);
    expect(listener.heard.events).toHaveLength(1);
  });

  test('of a sweep that found what the one before found is not sent, unless people want one for every sweep', async () => {
    const accounts = [resultOf(accountOf(1), [{ kind: 'AccessKey', id: 'AKIA1', status: 'found' }])];
    await tell(reportOf(accounts), { topicArn: TOPIC, earlier: reportOf(accounts) });
    expect(listener.heard.messages).toEqual([]);
    expect(listener.heard.events).toHaveLength(1);
    await tell(reportOf(accounts), { topicArn: TOPIC, earlier: reportOf(accounts), notify: 'ALWAYS' });
    await tell(reportOf([resultOf(accountOf(1), [])]), { topicArn: TOPIC, notify: 'ALWAYS' });
    expect(listener.heard.messages.map(({ Subject }) => Subject)).toEqual(['Root credentials: 1 credential found', 'Root credentials: nothing new']);
  });

  test('says which credentials are new since the sweep before', async () => {
    const old = { kind: 'AccessKey', id: 'AKIA1', status: 'found' } as const;
    const earlier = reportOf([resultOf(accountOf(1), [old]), resultOf(accountOf(2), [old])]);
    const accounts = [resultOf(accountOf(1), [old, { kind: 'Password', status: 'found' }]), resultOf(accountOf(2), [])];
    await tell(reportOf(accounts, { work: 'audit' }, undefined, { earlier }), { topicArn: TOPIC, earlier });
    const [{ Subject, Message }] = listener.heard.messages;
    expect(Subject).toBe('Root credentials: 2 credentials found, 1 credential new');
    expect(Message).toContain('\nsince the sweep of 2026-01-02T03:04:05Z: 1 new, 1 still-there, 1 gone\n');
    expect(Message).toContain('- 200000000001 (account-1) in Root: found AccessKey AKIA1, Password (new)\n');
  });

  test('of exceptions that end and of root mailboxes says so in its subject, and names them', async () => {
    const mailboxes = { [accountOf(1).accountId]: 'root@evil.example', [accountOf(2).accountId]: 'root@evil.example' };
    const exclusions = ['2025-12-31', '2026-01-10'].map((until) => ({ accounts: [accountOf(3).accountId], reason: 'moves out', owner: 'payments', until }));
    await tell(reportOf([resultOf(accountOf(1), []), resultOf(accountOf(2), [])], { mailboxes }, undefined, {
      allowedEmailDomains: ['example.com'], selection: { exclude: [accountOf(3).accountId], exclusions },
    }));
    const [{ Subject, Message }] = listener.heard.messages;
    expect(Subject).toBe('Root credentials: 2 root mailboxes not allowed, 1 exception ended, 1 exception ending soon');
    expect(Message).toContain('\nexception ended on 2025-12-31: 200000000003 excluded (owner: payments): moves out\n');
    expect(Message).toContain(': foreign root mailbox root[@]evil[.]example');
  });

  test('is not sent without a topic', async () => {
    await tell(reportOf(accountsOf(5)), {});
    expect(listener.heard.messages).toEqual([]);
    expect(emitted()).toMatchObject({ SignalsFailed: 0 });
  });
});

describe('a signal that cannot be sent', () => {
  test.each([
    ['the event is refused in an answer that says 200', { refuseEvent: true }],
    ['the topic denies the message', { denyMessage: true }],
  ])('is counted, and the other is sent: %s', async (_what, trouble) => {
    Object.assign(listener.trouble, trouble);
    await tell(reportOf(accountsOf(5)));
    expect(emitted()).toMatchObject({ SignalsFailed: 1, AccountsFailed: 1 });
    expect(listener.heard.events.length + listener.heard.messages.length).toBe(1);
    lines.length = 0;
    await tell(reportOf([resultOf(accountOf(1), [], DENIED)], { narrowed: true }));
    expectAbout('of a part of the selection, too', emitted()).toMatchObject({ SignalsFailed: 1 });
  });
});

describe('text of others in messages and causes', () => {
  test('stays on its line in a message, so that no name can say what another account did', async () => {
    const forged = 'x)\nfailed: 200000000009 (other)\nreport: s3://evil/';
    const problem = { code: 'AccessDenied', message: 'denied\n  1. call +1 555 0100', remedies: ['the true remedy'] };
    await tell(reportOf([resultOf(accountOf(1, forged), [], problem)]));
    const message = listener.heard.messages[0].Message.split('\n');
    expect(message.filter((line) => line.startsWith('failed:'))).toHaveLength(1);
    expect(message.filter((line) => line.startsWith('report:'))).toEqual([`report: ${ADDRESSES.json}`]);
    expect(message.filter((line) => /^ {2}1\./.test(line))).toEqual([]);
    expect(JSON.parse(listener.heard.events[0].Detail)).not.toHaveProperty('accountName');
  });

  test('is no mention, tag or link in errors and remedies, which may name a policy or a device, and what is to be copied stays as it is', async () => {
    const named = '<!channel> @here [all is well](https://evil.example)\nreport: s3://evil/';
    const copied = 'add "Null": {"aws:AssumedRoot": "true"} (`aws organizations enable-aws-service-access`)';
    await tell(reportOf([resultOf(accountOf(1), [], { code: 'AccessDenied', message: named, remedies: [named, copied] })]));
    const message = listener.heard.messages[0].Message.split('\n');
    expect(message).toContain('  AccessDenied: [<]!channel[>] [@]here [all is well](https:[//]evil[.]example)\\u000areport: s3:[//]evil/');
    expect(message).toContain('  1. [<]!channel[>] [@]here [all is well](https:[//]evil[.]example)\\u000areport: s3:[//]evil/');
    expect(message).toContain(`  2. ${copied}`);
    expect(message.filter((line) => line.startsWith('report:'))).toEqual([`report: ${ADDRESSES.json}`]);
  });

  test('stays in its line of the log, and in its field', async () => {
    const logged: string[] = [];
    jest.spyOn(process.stderr, 'write').mockImplementation((line) => logged.push(String(line)) > 0);
    log.setLogLevel('ERROR');
    Object.assign(listener.trouble, { denyMessage: true, words: 'no&#10;{"level":"INFO","message":"all is well"}&#27;[2K' });
    await tell(reportOf(accountsOf(5)));
    log.setLogLevel('SILENT');
    expect(logged).toHaveLength(1);
    expect(logged[0].trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(logged[0])).toMatchObject({ level: 'ERROR', message: 'a signal could not be sent', error: expect.stringContaining('all is well') });
  });
});
