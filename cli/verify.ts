import {
  GetAccountSummaryCommand, GetUserCommand, type IAMClient, ListAccessKeysCommand, ListAccountAliasesCommand, ListMFADevicesCommand,
  ListOrganizationsFeaturesCommand, ListSigningCertificatesCommand,
} from '@aws-sdk/client-iam';
import { DescribeAccountCommand } from '@aws-sdk/client-organizations';
import { AssumeRootCommand, type Credentials } from '@aws-sdk/client-sts';
import { caller, type Caller, type ConnectionOptions } from './caller';
import { UsageError } from './usage';
import { iamOfRootSession } from '../lambda/aws/clients';
import { isDenied, messageOf, nameOf, textOf } from '../lambda/aws/errors';
import { organizationOf } from '../lambda/aws/organization';
import { TASK_POLICIES } from '../lib/private/contract';

/** The answer of AWS to a question whose answer was never recorded, or on which the library relies. */
export interface Answer {
  readonly question: string;
  /** `learned` is an answer that the library copes with either way; of what is `not asked`, the answer is why. */
  readonly state: 'as assumed' | 'differs' | 'learned' | 'not asked';
  /** Without ids of the organization, its accounts and its credentials. */
  readonly answer: string;
}

export type Seen = Omit<Answer, 'question'>;
export type Question<Subject> = readonly [question: string, ask: (subject: Subject) => Promise<Seen>];

export const assumed = (holds: boolean, answer: string): Seen => ({ state: holds ? 'as assumed' : 'differs', answer });
export const learned = (answer: string): Seen => ({ state: 'learned', answer });
export const notAsked = (answer: string): Seen => ({ state: 'not asked', answer });

const SESSION_SECONDS = 900;
const FLAGS = ['AccountPasswordPresent', 'AccountAccessKeysPresent', 'AccountSigningCertificatesPresent', 'AccountMFAEnabled'] as const;

/** Asks AWS what this library assumes of it, in an audit session in one account. It reads, and changes nothing. */
export async function verify(accountId: string, options: ConnectionOptions): Promise<Answer[]> {
  const aws = await caller(options);
  const { MasterAccountId: managementAccountId } = await organizationOf(aws.organizations) ?? {};
  if (accountId === managementAccountId) {
    throw new UsageError(`${accountId} is the management account, in which no root session is asked for: name a member account`);
  }
  const session = await sessionIn(aws, accountId);
  const iam = iamOfRootSession(session);
  return [
    ...await answersTo(OF_ORGANIZATION, { aws, accountId, managementAccountId }),
    { question: 'How long does a root session last?', ...lasting(session) },
    ...await answersTo(OF_ROOT_USER, iam),
  ];
}

export async function answersTo<Subject>(questions: readonly Question<Subject>[], subject: Subject): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const [question, ask] of questions) {
    const { state, answer } = await ask(subject).catch((error) => assumed(false, textOf(error)));
    answers.push({ question, state, answer: masked(answer) });
  }
  return answers;
}

async function sessionIn({ sts, partition }: Caller, TargetPrincipal: string, DurationSeconds = SESSION_SECONDS): Promise<Credentials> {
  const TaskPolicyArn = { arn: `arn:${partition}:iam::aws:policy/root-task/${TASK_POLICIES.auditCredentials}` };
  return (await sts.send(new AssumeRootCommand({ TargetPrincipal, TaskPolicyArn, DurationSeconds }))).Credentials!;
}

function lasting({ Expiration }: Credentials): Seen {
  const seconds = Expiration && Math.round((Expiration.getTime() - Date.now()) / 1_000);
  return assumed(seconds !== undefined && seconds > SESSION_SECONDS - 120 && seconds <= SESSION_SECONDS + 60, `about ${seconds && Math.round(seconds / 60)} minutes`);
}

interface Asked {
  readonly aws: Caller;
  readonly accountId: string;
  readonly managementAccountId?: string;
}

const OF_ORGANIZATION: readonly Question<Asked>[] = [
  ['Do the enabled features come as a list?', async ({ aws }) => {
    const { EnabledFeatures } = await aws.iam.send(new ListOrganizationsFeaturesCommand({}));
    return assumed(EnabledFeatures !== undefined, EnabledFeatures?.join(', ') || 'no');
  }],
  ['Which field has the state of an account?', async ({ aws, accountId }) => {
    const { Account: { State, Status } = {} } = await aws.organizations.send(new DescribeAccountCommand({ AccountId: accountId }));
    return assumed((State ?? Status) === 'ACTIVE', [State && `State ${State}`, Status && `Status ${Status}`].filter(Boolean).join(', ') || 'neither State nor Status');
  }],
  ['Is a root session of more than 900 seconds refused?', async ({ aws, accountId }) => refusal(() => sessionIn(aws, accountId, SESSION_SECONDS + 1))],
  ['May a delegated administrator take a root session in its own account?', async ({ aws, managementAccountId }) => {
    if (managementAccountId === aws.accountId) {
      return notAsked('the caller is in the management account, in which no root session is asked for');
    }
    const outcome = await sessionIn(aws, aws.accountId).then(() => 'yes', (error: unknown) => `no: ${textOf(error)}`);
    return learned(outcome);
  }],
];

const OF_ROOT_USER: readonly Question<IAMClient>[] = [
  ['Whose user does a root session say that it is?', async (iam) => {
    const { User } = await iam.send(new GetUserCommand({}));
    return assumed(User?.Arn?.endsWith(':root') === true, User?.Arn ?? 'no ARN');
  }],
  ['Does the task policy deny what is not its task, and in which words?', (iam) => denial(() => iam.send(new ListAccountAliasesCommand({})))],
  ['Does the account summary have the four flags of the root user?', async (iam) => {
    const { SummaryMap = {} } = await iam.send(new GetAccountSummaryCommand({}));
    const values = SummaryMap as Readonly<Record<string, number>>;
    return assumed(FLAGS.every((flag) => values[flag] !== undefined), FLAGS.map((flag) => `${flag} ${values[flag] ?? 'absent'}`).join(', '));
  }],
  ['Does the account summary count inactive access keys?', async (iam) => {
    const { AccessKeyMetadata: keys = [] } = await iam.send(new ListAccessKeysCommand({}));
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
    const isOnlyInactive = keys.length > 0 && keys.every(({ Status }) => Status === 'Inactive');
    return isOnlyInactive ? learned(SummaryMap?.AccountAccessKeysPresent === 0 ? 'no' : 'yes') : notAsked('this account has no inactive key alone');
  }],
  ['Is the list of access keys always there, and what is in an entry?', async (iam) => listed((await iam.send(new ListAccessKeysCommand({}))).AccessKeyMetadata, 'AccessKeyId')],
  ['Is the list of signing certificates always there, and what is in an entry?', async (iam) => (
    listed((await iam.send(new ListSigningCertificatesCommand({}))).Certificates, 'CertificateId'))],
  ['Is the list of MFA devices always there, and what is in an entry?', async (iam) => listed((await iam.send(new ListMFADevicesCommand({}))).MFADevices, 'SerialNumber')],
];

/** A list that is left out would be taken for an answer that was cut off. */
function listed(entries: readonly object[] | undefined, id: string): Seen {
  if (entries === undefined) {
    return assumed(false, 'the list is left out');
  }
  const fieldsOf = (entry: object) => Object.entries(entry).filter(([, value]) => value !== undefined).map(([name]) => name);
  const fields = [...new Set(entries.flatMap(fieldsOf))].sort();
  return assumed(entries.every((entry) => id in entry), entries.length === 0 ? 'an empty list' : `a list of ${entries.length}, with ${fields.join(', ')}`);
}

async function refusal(call: () => Promise<unknown>): Promise<Seen> {
  return call().then(() => assumed(false, 'no'), (error: unknown) => assumed(!isDenied(error), `yes: ${nameOf(error)}: ${messageOf(error)}`));
}

async function denial(call: () => Promise<unknown>): Promise<Seen> {
  return call().then(() => assumed(false, 'no: the call succeeded'), (error: unknown) => assumed(isDenied(error), `${nameOf(error)}: ${messageOf(error)}`));
}

/** For a report that anybody may read. */
function masked(text: string): string {
  return text
    .replace(/\d{12}/g, '<account>')
    .replace(/\b(?:AKIA|ASIA|AIDA|AROA)\w+/g, '<id>')
    .replace(/\bo-[a-z0-9]{10,32}\b/g, '<organization>')
    .replace(/\b(?:assumed-role|user|role)\/[^\s"',:]+/g, (name) => `${name.split('/')[0]}/<name>`)
    .replace(/[\w.+-]+@[\w.-]+/g, '<address>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<request>');
}

export function answersText(answers: readonly Answer[]): string {
  return answers.map(({ question, state, answer }) => `${state.padEnd(10)}  ${question}\n            ${answer}\n`).join('');
}
