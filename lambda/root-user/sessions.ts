import { GetUserCommand, type IAMClient } from '@aws-sdk/client-iam';
import { AssumeRootCommand, type Credentials, type STSClient } from '@aws-sdk/client-sts';
import type { TaskPolicyName } from '../../lib/private/contract';
import { iamOfRootSession } from '../aws/clients';
import { failure, incompleteAnswer, isDenied, isNamed } from '../aws/errors';
import { retryWhile, seconds, type Patience } from '../aws/patience';

/** A session that is about to end is not begun with: an account's work must fit into what is left. */
const RENEWAL_MARGIN_MS = 2 * 60_000;

/** Longest that AWS allows. */
const SESSION_SECONDS = 900;

/** A denial that is seen after AssumeRoot has been allowed once is true, or a last flicker of a late change. */
const FLICKER = seconds(15, 500);

/** An error of AssumeRoot itself, so that its causes are not taken for those of a call within the session. */
export class AssumeRootError extends Error {
  constructor(readonly denied: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.name = cause instanceof Error ? cause.name : 'AssumeRootError';
  }
}

/** Root sessions in member accounts. */
export class RootSessions {
  private firstAllowed?: number;

  /**
   * @param partition of the task policies' ARNs
   * @param lateUntil a role, a feature or a delegation made seconds ago takes effect late: until then, as long as no session
   *   was allowed, a denial may pass (milliseconds since the epoch)
   * @param flicker for how long a denial may pass after one was allowed
   */
  constructor(
    private readonly sts: STSClient, private readonly partition: string, readonly lateUntil: number, private readonly flicker = FLICKER,
  ) {}

  /** When a session was allowed first (milliseconds since the epoch): whatever is waited for before that is a permission that is late. */
  get allowedSince(): number | undefined {
    return this.firstAllowed;
  }

  /** @param signal after it, nothing more is asked of AWS for the session or in it, and no answer is waited for */
  of(accountId: string, task: TaskPolicyName, signal?: AbortSignal): RootSession {
    return new RootSession(accountId, () => this.assume(accountId, task, signal), signal);
  }

  private async assume(accountId: string, task: TaskPolicyName, abortSignal?: AbortSignal): Promise<Credentials> {
    const settledAt = Date.now() + this.flicker.forMs;
    const mayPass = (error: unknown) => isDenied(error) && Date.now() < (this.firstAllowed !== undefined ? settledAt : this.lateUntil);
    const patience: Patience = { ...this.flicker, forMs: Math.max(this.lateUntil - Date.now(), this.flicker.forMs) };
    try {
      const { Credentials } = await retryWhile(mayPass, patience, () => this.sts.send(new AssumeRootCommand({
        TargetPrincipal: accountId,
        TaskPolicyArn: { arn: `arn:${this.partition}:iam::aws:policy/root-task/${task}` },
        DurationSeconds: SESSION_SECONDS,
      }), { abortSignal }));
      this.firstAllowed ??= Date.now();
      if (Credentials?.Expiration === undefined) {
        throw incompleteAnswer('sts:AssumeRoot', 'credentials');
      }
      return Credentials;
    } catch (error) {
      throw new AssumeRootError(isDenied(error), error);
    }
  }
}

/** Makes a client of a session's credentials: one of `clients.ts`. */
type ClientOf<Client> = (session: Credentials, signal?: AbortSignal) => Client;

/** Names by which services say that a session has ended, or that it is none of theirs. */
const ENDED = ['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId', 'UnrecognizedClientException', 'InvalidAccessKeyId'];

/** The root user of one member account, limited to one task; renewed when it ends. */
export class RootSession {
  private readonly clients = new Map<ClientOf<unknown>, unknown>();
  private credentials?: Credentials;
  private renewAt = 0;
  /** Made of the session of which IAM has said whose it is. */
  private identified?: IAMClient;

  constructor(private readonly accountId: string, private readonly assume: () => Promise<Credentials>, private readonly signal?: AbortSignal) {}

  /** Calls IAM as the root user. */
  use<T>(operation: (iam: IAMClient) => Promise<T>): Promise<T> {
    return this.useAs(iamOfRootSession, operation);
  }

  /**
   * Calls IAM as the root user to change something. Such calls name no user, so they act on whoever signs them: before its first change each session, also
   * one that was opened anew, must be of the root user of this account. The task policy must allow GetUser.
   */
  change<T>(operation: (iam: IAMClient) => Promise<T>): Promise<T> {
    return this.use(async (iam) => {
      if (this.identified !== iam) {
        await checkIdentity(iam, this.accountId);
        this.identified = iam;
      }
      return operation(iam);
    });
  }

  /** Calls a service as the root user. A session that AWS has ended is opened anew, once. */
  async useAs<Client, T>(clientOf: ClientOf<Client>, operation: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await operation(await this.current(clientOf));
    } catch (error) {
      if (!isNamed(error, ...ENDED)) {
        throw error;
      }
      this.credentials = undefined;
      return operation(await this.current(clientOf));
    }
  }

  private async current<Client>(clientOf: ClientOf<Client>): Promise<Client> {
    if (this.credentials === undefined || Date.now() > this.renewAt) {
      this.credentials = await this.assume();
      this.clients.clear();
      this.renewAt = this.credentials.Expiration!.getTime() - RENEWAL_MARGIN_MS;
    }
    const client = this.clients.get(clientOf) ?? clientOf(this.credentials, this.signal);
    this.clients.set(clientOf, client);
    return client as Client;
  }
}

async function checkIdentity(iam: IAMClient, accountId: string) {
  const { User } = await iam.send(new GetUserCommand({}));
  if (!User?.Arn?.endsWith(`:iam::${accountId}:root`)) {
    throw failure('WrongIdentity', `the root session is of ${User?.Arn}, not of account ${accountId}`);
  }
}
