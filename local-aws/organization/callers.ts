import { randomBytes, randomUUID } from 'node:crypto';
import { Caller, WireRequest } from '../wire';
import { AwsError } from './errors';

export interface Credentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  /** ISO 8601, whole seconds. */
  readonly Expiration: string;
}

/** Access key id, Region and service of a SigV4 signature, in the header or, presigned, in the query. */
const SCOPE = /Credential=([^/%]+)(?:\/|%2F)\d{8}(?:\/|%2F)([^/%]+)(?:\/|%2F)([^/%]+)(?:\/|%2F)aws4_request/i;

export interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

export function signatureOf(request: WireRequest): Signature | undefined {
  const [, accessKeyId, region, service] = SCOPE.exec(String(request.headers.authorization ?? request.url)) ?? [];
  return accessKeyId ? { accessKeyId, region, service } : undefined;
}

/** Everybody who can sign a request. */
export class Callers {
  private readonly sessions = new Map<string, { readonly token: string; readonly caller: Caller }>();

  constructor(private readonly clock: () => number) {}

  administrator(accountId: string): Caller {
    return { accountId, arn: `arn:aws:iam::${accountId}:user/administrator` };
  }

  issue(caller: Omit<Caller, 'expiration'>, seconds: number): Credentials {
    const expiration = Math.floor(this.clock() / 1000 + seconds) * 1000;
    const credentials = {
      AccessKeyId: `ASIA${(this.sessions.size + 1).toString(36).toUpperCase().padStart(16, '0')}`,
      SecretAccessKey: randomBytes(30).toString('base64'),
      SessionToken: `${randomUUID()}${randomUUID()}`,
      Expiration: new Date(expiration).toISOString().replace('.000Z', 'Z'),
    };
    this.sessions.set(credentials.AccessKeyId, { token: credentials.SessionToken, caller: { ...caller, expiration } });
    return credentials;
  }

  /** Whether it carries a session that `sts:AssumeRoot` issued, valid or not. */
  isRootSession(request: WireRequest): boolean {
    return this.sessions.get(signatureOf(request)?.accessKeyId ?? '')?.caller.taskPolicy !== undefined;
  }

  /** Whether it is signed by the role with which AWS Organizations lets the management account into an account that it makes. */
  isAccessRole(request: WireRequest): boolean {
    return this.sessions.get(signatureOf(request)?.accessKeyId ?? '')?.caller.roleArn?.endsWith(':role/OrganizationAccountAccessRole') === true;
  }

  /** Undefined when nobody signed. A 12-digit access key id is the administrator of that account. */
  of(request: WireRequest): Caller | undefined {
    const signature = signatureOf(request);
    if (!signature) return undefined;
    if (/^\d{12}$/.test(signature.accessKeyId)) return this.administrator(signature.accessKeyId);
    const session = this.sessions.get(signature.accessKeyId);
    if (session?.token !== tokenOf(request)) throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
    if (session!.caller.expiration! <= this.clock()) throw new AwsError('ExpiredToken', 'The security token included in the request is expired', 403);
    return session!.caller;
  }
}

function tokenOf({ headers, url }: WireRequest): string | null {
  const token = headers['x-amz-security-token'];
  return token === undefined ? new URL(url, 'http://local').searchParams.get('X-Amz-Security-Token') : String(token);
}
