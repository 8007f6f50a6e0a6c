import { Agent, createServer, type IncomingMessage, request as send, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nameActions } from './actions';
import { Automation } from './automation/automation';
import { Documents } from './documents';
import { accessDenied, failure, unauthenticated } from './errors';
import { Permissions } from './permissions';
import { Policies } from './policies';
import { type Scope, scopeOf, signedByAccount } from './signature';
import { AwsError, type FakeOrganization, readRequest, writeAnswer } from '../organization';
import type { Action, Caller, WireRequest, WireResponse } from '../wire';

/** A role's session lasts as long as any local AWS runs, however far its clock is advanced. */
const SESSION_SECONDS = 10 * 365 * 24 * 3600;

interface Incoming {
  readonly scope: Scope;
  readonly caller: Caller;
  /** The body is empty when it streams past. */
  readonly request: WireRequest;
}

/** What the engine asks: credentials of a role, or what a role or a service may do. */
interface EngineQuestion extends Pick<Action, 'action' | 'resource' | 'context'> {
  readonly roleArn: string;
  readonly session: string;
  /** Instead of a role; with neither, the account itself. */
  readonly service?: string;
  readonly accountId: string;
}

/**
 * The one endpoint of the local AWS.
 *
 * It knows every caller, answers what the organization owns, denies what the caller's policies do not allow, and streams the rest to the engine.
 */
export class Front {
  static async listen(organization: FakeOrganization, secret: string): Promise<Front> {
    const front = new Front(organization, secret);
    await new Promise<void>((listening) => front.server.listen(0, '127.0.0.1', listening));
    return front;
  }

  private readonly server: Server;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly documents = new Documents();
  private readonly automation: Automation;
  private enginePort = 0;
  private policies?: Policies;
  private permissions?: Permissions;

  private constructor(private readonly organization: FakeOrganization, private readonly secret: string) {
    this.automation = new Automation({
      documents: this.documents,
      endpoint: () => this.endpoint,
      authorize: (action) => this.permissions!.decide(action),
      issue: (caller) => organization.issue(caller, SESSION_SECONDS),
    });
    this.server = createServer((incoming, outgoing) => void this.handle(incoming, outgoing).catch((error: Error) => {
      writeAnswer(outgoing, failure(scopeOf(incoming.headers, incoming.url!)?.service ?? '', 'InternalFailure', String(error.stack), 500));
    }));
    this.server.keepAliveTimeout = 60_000;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on there is something behind the front. */
  connect(enginePort: number, region: string) {
    this.enginePort = enginePort;
    this.policies = new Policies(`http://127.0.0.1:${enginePort}`, region);
    this.permissions = new Permissions(this.policies, this.organization);
    this.organization.authorize = (action) => this.permissions!.decide(action);
  }

  async close() {
    this.agent.destroy();
    this.policies?.close();
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse) {
    if (incoming.url!.startsWith('/_local/')) {
      writeAnswer(outgoing, await this.answerEngine(incoming));
      return;
    }
    const scope = scopeOf(incoming.headers, incoming.url!);
    if (!scope) {
      this.handleUnsigned(incoming, outgoing);
      return;
    }
    const request = this.streams(scope, incoming) ? unread(incoming) : await readRequest(incoming);
    try {
      const caller = this.organization.caller(request)!;
      const answer = await this.answer({ scope, caller, request });
      if (answer) {
        writeAnswer(outgoing, answer);
      } else {
        this.forward({ scope, caller, request }, incoming, outgoing);
      }
    } catch (error) {
      if (!(error instanceof AwsError)) {
        throw error;
      }
      writeAnswer(outgoing, unauthenticated(scope.service, error));
    }
  }

  /** Undefined when the engine answers. */
  private async answer(incoming: Incoming): Promise<WireResponse | undefined> {
    const { scope, caller, request } = incoming;
    const answer = await this.organization.answer(request);
    if (answer) {
      return answer;
    }
    const unnamed = { ...request, scope, accountId: caller.accountId };
    for (const action of nameActions(unnamed)) {
      const denial = await this.permissions!.decide({ caller, ...action, context: { 'aws:RequestedRegion': scope.region, ...action.context } });
      if (denial) {
        return accessDenied(scope.service, denial);
      }
    }
    return scope.service === 'ssm'
      ? this.documents.answer(request, `${caller.accountId}/${scope.region}`) ?? this.automation.answer(unnamed, caller)
      : undefined;
  }

  /** A custom resource's answer to CloudFormation comes without a signature, as to a presigned URL; anything else is an anonymous request to a bucket. */
  private handleUnsigned(incoming: IncomingMessage, outgoing: ServerResponse) {
    if (incoming.url!.startsWith('/_ministack/cfn-response/')) {
      this.pipe({ url: incoming.url!, headers: incoming.headers }, incoming, outgoing);
    } else {
      writeAnswer(outgoing, failure('s3', 'AccessDenied', 'Access Denied', 403));
    }
  }

  /** Paths for the engine alone. */
  private async answerEngine(incoming: IncomingMessage): Promise<WireResponse> {
    const { headers, url, body } = await readRequest(incoming);
    if (headers['x-local-secret'] !== this.secret) {
      return accessDenied('', 'these paths are for the engine');
    }
    if (url === '/_local/policies-changed') {
      this.policies!.forget();
      return json({});
    }
    const question = JSON.parse(body.toString()) as EngineQuestion;
    if (url === '/_local/authorize') {
      const { accountId, service, action, resource, context } = question;
      const account = this.organization.administrator(accountId);
      const caller = service ? { accountId, service, arn: service } : question.roleArn ? sessionOf(question) : account;
      return json({ denial: await this.permissions!.decide({ caller, action, resource, context }) ?? null });
    }
    return json(this.organization.issue(sessionOf(question), SESSION_SECONDS));
  }

  /** Objects are not held in memory; only a list of objects to delete is read, for its names, and what the organization answers. */
  private streams({ service }: Scope, incoming: IncomingMessage) {
    const { method, url } = incoming;
    return service === 's3' && !(method === 'POST' && new URL(url!, 'http://local').searchParams.has('delete')) && !this.organization.ownsResource(unread(incoming));
  }

  private forward({ scope, caller, request }: Incoming, incoming: IncomingMessage, outgoing: ServerResponse) {
    const { url, headers } = signedByAccount(incoming.headers, incoming.url!, caller.accountId);
    this.pipe({ url, headers }, incoming, outgoing, {
      body: this.streams(scope, incoming) ? undefined : request.body,
      answered: () => this.policies!.forget(changedPolicies(scope, request)),
    });
  }

  private pipe(
    { url, headers }: Pick<WireRequest, 'url' | 'headers'>,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    { body, answered }: { body?: Buffer; answered?: () => void } = {},
  ) {
    const upstream = send({ host: '127.0.0.1', port: this.enginePort, method: incoming.method, path: url, headers: { ...headers }, agent: this.agent }, (answer) => {
      answered?.();
      const { date: _, ...headersOfAnswer } = answer.headers;
      outgoing.sendDate = false; // as in `writeAnswer`
      outgoing.writeHead(answer.statusCode!, headersOfAnswer);
      answer.pipe(outgoing);
    });
    upstream.on('error', (error) => outgoing.destroy(error));
    outgoing.on('close', () => upstream.destroy());
    if (body) {
      upstream.end(body);
    } else {
      incoming.pipe(upstream);
    }
  }
}

function sessionOf({ roleArn, session }: EngineQuestion): Caller {
  const [accountId, role] = [roleArn.split(':')[4], roleArn.split('/').pop()];
  return { accountId, roleArn, arn: `arn:aws:sts::${accountId}:assumed-role/${role}/${session}` };
}

function unread({ method, url, headers }: IncomingMessage): WireRequest {
  return { method: method!, url: url!, headers, body: Buffer.alloc(0) };
}

/** Which of the policies that are kept a request changes, by their names in `Policies`. */
function changedPolicies({ service }: Scope, { method, url, headers, body }: WireRequest): RegExp {
  const { pathname, searchParams } = new URL(url, 'http://local');
  switch (service) {
    case 'iam': {
      const { Action = '', RoleName } = Object.fromEntries(new URLSearchParams(body.toString()));
      return /^(?:Get|List)/.test(Action) ? NONE : RoleName ? new RegExp(`^(?:role|trust) .*[:/]${RoleName.replace(/[^\w-]/g, '.')}$`) : ANY;
    }
    case 'lambda':
      return method !== 'GET' && /\/policy/.test(url) ? ANY_RESOURCE : NONE;
    case 'sns': case 'sqs': case 'events':
      return /(?:Set\w+Attributes|Permission)/.test(String(headers['x-amz-target'] ?? body)) ? ANY_RESOURCE : NONE;
    case 's3': {
      const [, bucket, key] = pathname.split('/');
      const isBucketGone = method === 'DELETE' && !key;
      return isBucketGone || (method !== 'GET' && searchParams.has('policy')) ? new RegExp(`^bucket \\d+ ${bucket.replace(/[^\w-]/g, '.')}$`) : NONE;
    }
    default:
      return NONE;
  }
}

const NONE = /(?!)/;
const ANY = /(?:)/;
const ANY_RESOURCE = /^resource /;

function json(body: object): WireResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
