/** What passes between the one endpoint of the local AWS and the parts that answer behind it. */

/** A request as it arrived, its body read to the end. */
export interface WireRequest {
  readonly method: string;
  /** Path and query as sent, `/bucket/key?list-type=2`. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** An answer, ready to be written. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /**
   * Trouble on the way back: no byte of the answer arrives (`reset`), or only its head and the first half of its body (`cut`), which may keep the caller
   * waiting for the rest (`stalled`), or nothing at all is ever sent (`silent`).
   */
  readonly connection?: 'reset' | 'cut' | 'stalled' | 'silent';
}

/** Who signed a request. */
export interface Caller {
  readonly accountId: string;
  /** `arn:aws:iam::111111111111:user/administrator`, `arn:aws:sts::111111111111:assumed-role/Name/session` or `arn:aws:iam::222222222222:root`. */
  readonly arn: string;
  /** The role behind an assumed-role session: its policies decide. */
  readonly roleArn?: string;
  /** A service that acts for itself, `sns.amazonaws.com`: only what a resource policy gives it. */
  readonly service?: string;
  /** Name of the task policy, for a session that `sts:AssumeRoot` issued. */
  readonly taskPolicy?: string;
  /** Milliseconds since the epoch; sessions end, an administrator's key does not. */
  readonly expiration?: number;
}

/** What a caller wants to do, in the words of IAM. */
export interface Action {
  readonly caller: Caller;
  /** `sts:AssumeRoot` */
  readonly action: string;
  readonly resource: string;
  /** Context keys of the request, `{ 'sts:TaskPolicyArn': '…' }`. */
  readonly context: Readonly<Record<string, string | string[]>>;
}

/** Decides an action from the caller's policies: the text of the denial, or undefined when it is allowed. */
export type Authorize = (action: Action) => Promise<string | undefined>;
