import { setTimeout as sleep } from 'node:timers/promises';
import { WireResponse } from '../wire';
import { actionOf, Call } from './call';
import { AwsError } from './errors';

type Answer = () => Promise<WireResponse>;

/** Stands between a call and its answer: may change the call, act before or after, or answer itself. A plain function in a test is an effect too. */
export type Effect = (call: Call, answer: Answer) => Promise<WireResponse>;

export interface Fault {
  /** `iam:DeleteLoginProfile`, `iam:*` or `*` */
  readonly operation: string;
  /** Only calls about this account: the target of an AssumeRoot, or the account of the root session. */
  readonly account?: string;
  /** Only the first calls that match. */
  readonly times?: number;
  readonly effect: Effect;
}

/** The trouble that a test arranged. The first fault that was added is the outermost. */
export class Faults {
  private active: { readonly fault: Fault; left: number }[] = [];

  /** Returns how to take it away again. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Infinity };
    this.active.push(entry);
    return () => { this.active = this.active.filter((other) => other !== entry); };
  }

  clear(): void {
    this.active = [];
  }

  /** `settled` makes an answer of an error, so that each effect finds one: a lost answer may well be an error. */
  async around(call: Call, answer: Answer, settled: (answer: Answer) => Promise<WireResponse>): Promise<WireResponse> {
    const hits = this.active.filter(({ fault, left }) => left > 0 && matches(fault, call));
    hits.forEach((hit) => hit.left--);
    return hits.reduceRight<Answer>((inner, { fault }) => () => settled(() => fault.effect(call, inner)), () => settled(answer))();
  }
}

function matches(fault: Fault, call: Call): boolean {
  return [actionOf(call), `${call.service}:*`, '*'].includes(fault.operation)
    && (fault.account === undefined || fault.account === call.target);
}

/** Statuses and messages of errors that strike from outside of the request. AWS API reference; throttling of IAM and STS is sent as 400. */
const TROUBLES: Readonly<Record<string, readonly [status: number, message: string]>> = {
  AccessDenied: [403, 'Access Denied'],
  ExpiredToken: [403, 'The security token included in the request is expired'],
  Throttling: [400, 'Rate exceeded'],
  TooManyRequestsException: [400, 'You have sent too many requests in too short a period of time. The quota helps protect against denial-of-service attacks. Try again later.'],
  EntityTemporarilyUnmodifiable: [409, 'The entity is temporarily unmodifiable. Try again later.'],
  ConcurrentModification: [409, 'The request was rejected because multiple requests to change this object were submitted simultaneously.'],
  ConcurrentModificationException: [400, 'The target of the operation is currently being modified by a different request. Try again later.'],
  LimitExceeded: [409, 'The request was rejected because it attempted to exceed a limit.'],
  ServiceFailure: [500, 'The request processing has failed because of an unknown error.'],
  ServiceUnavailable: [503, 'The request failed due to a temporary failure of the server.'],
};

/** Answers with an error instead of doing anything. */
export function fail(code: string, message?: string | ((call: Call) => string), status?: number): Effect {
  const [usualStatus, usualMessage] = TROUBLES[code] ?? [400, code];
  return async (call) => {
    throw new AwsError(code, typeof message === 'function' ? message(call) : message ?? usualMessage, status ?? usualStatus);
  };
}

/** The connection breaks before the request is worked on. */
export const resetBefore: Effect = async () => ({ status: 200, headers: {}, body: '', connection: 'reset' });

/** The request has its effect and the caller never learns of it. */
export const loseAnswer: Effect = async (_call, answer) => ({ ...await answer(), connection: 'reset' });

/** The request has its effect, and the connection stays open without an answer. */
export const neverAnswer: Effect = async (_call, answer) => ({ ...await answer(), connection: 'silent' });

/** The request has its effect and half of the answer arrives. */
export const cutBody: Effect = async (_call, answer) => ({ ...await answer(), connection: 'cut' });

/** The request has its effect, half of the answer arrives, and the connection stays open for the rest. */
export const stallBody: Effect = async (_call, answer) => ({ ...await answer(), connection: 'stalled' });

/** The request has its effect. The body of the answer ends early, and its Content-Length fits what is left of it: nothing but its content shows that it is not whole. */
export function endEarly(share = 0.5): Effect {
  return async (_call, answer) => {
    const answered = await answer();
    const bytes = Buffer.from(answered.body);
    return { ...answered, body: bytes.subarray(0, Math.floor(bytes.length * share)) };
  };
}

/** Network and service latency. */
export function delay(milliseconds: number): Effect {
  return async (_call, answer) => {
    await sleep(milliseconds);
    return answer();
  };
}

/** Lets so many calls a second pass, after a burst of as many, and refuses the others in the service's own words. */
export function throttle(perSecond: number, burst = perSecond): Effect {
  const bucket = { tokens: burst, filled: -Infinity };
  return async (call, answer) => {
    const at = Math.max(call.at, bucket.filled); // calls that were delayed come out of order
    bucket.tokens = Math.min(burst, bucket.tokens + (at - bucket.filled) / 1000 * perSecond);
    bucket.filled = at;
    if (bucket.tokens < 1) return fail(call.service === 'organizations' ? 'TooManyRequestsException' : 'Throttling')(call, answer);
    bucket.tokens--;
    return answer();
  };
}

/** The call sees the organization as it was some time ago: all of it, or only the named parts. */
export function late(milliseconds: number, ...parts: object[]): Effect {
  return async (call, answer) => {
    const isLate = (timeline: object) => parts.length === 0 || parts.includes(timeline);
    call.view = (timeline) => isLate(timeline) ? timeline.asOf(call.at - milliseconds) : timeline.current;
    return answer();
  };
}

/** After each change the call sees the state of before, for so many reads. */
export function stale(reads: number): Effect {
  const seen = new WeakMap<object, { version: number; reads: number }>();
  return async (call, answer) => {
    call.view = (timeline) => {
      const known = seen.get(timeline);
      const count = known?.version === timeline.version ? known.reads + 1 : 1;
      seen.set(timeline, { version: timeline.version, reads: count });
      return timeline.version > 1 && count <= reads ? timeline.previous! : timeline.current;
    };
    return answer();
  };
}

/** Pages hold fewer entries than were asked for, which AWS reserves the right to do. */
export function shortPages(size: number): Effect {
  return async (call, answer) => {
    call.pages.size = size;
    return answer();
  };
}

/** Pages without entries, but with a token, come between. */
export const emptyPages: Effect = async (call, answer) => {
  call.pages.empty = true;
  return answer();
};

/** Empty pages with a token that never end: the tokens come again after so many, with 1 the same each time and with Infinity never. */
export function endlessPages(tokens: number): Effect {
  return async (call, answer) => {
    call.pages.endless = tokens;
    return answer();
  };
}
