import { Caller, WireRequest, WireResponse } from '../wire';
import { Call, RecordedCall, Service } from './call';
import { Credentials, signatureOf } from './callers';
import { AwsError } from './errors';
import { Faults } from './faults';
import { IAM_FEATURE_OPERATIONS } from './iam-features';
import { asRoot, IAM_ROOT_OPERATIONS } from './iam-root';
import { readJson, writeJson, writeJsonError } from './json';
import { Operation, Result } from './operation';
import { Organization } from './organization';
import { ORGANIZATIONS_OPERATIONS, unknownOperation } from './organizations';
import { POLICY_OPERATIONS } from './policy-operations';
import { readQuery, writeQuery, writeQueryError } from './query-xml';
import { answerS3, readS3, writeS3Error } from './s3';
import { isRoot } from './service-control-policies';
import { answerSqs, writeSqsError } from './sqs';
import { STS_OPERATIONS, targetAccount } from './sts';
import { now } from './timeline';

/** An organization that answers on the wire as AWS does. */
export class FakeOrganization extends Organization {
  /** Every call of a known caller to STS, IAM, Organizations and to the buckets and queues of members, in the order of arrival. */
  readonly calls: RecordedCall[] = [];
  readonly faults = new Faults();

  administrator(accountId: string): Caller {
    return this.callers.administrator(accountId);
  }

  issue(caller: Omit<Caller, 'expiration'>, seconds: number): Credentials {
    return this.callers.issue(caller, seconds);
  }

  /** The root user of an account with credentials of its own: no root session, so no task limits it. */
  longTermRoot(accountId: string): Credentials {
    return this.issue({ accountId, arn: `arn:aws:iam::${accountId}:root` }, 24 * 3600);
  }

  /** Undefined when nobody signed; throws an AwsError when the key is unknown or expired. */
  caller(request: WireRequest): Caller | undefined {
    return this.callers.of(request);
  }

  /** Whether a request to S3 or SQS is answered here: every one of a root session or an access role, and those about a bucket or a queue of a member. */
  ownsResource(request: WireRequest): boolean {
    const { service = '', accessKeyId = '' } = signatureOf(request) ?? {};
    if (this.callers.isAccessRole(request)) {
      return service === 's3' || service === 'sqs';
    }
    if (service === 's3') {
      return this.callers.isRootSession(request) || this.buckets.has(readS3({ ...request, body: Buffer.alloc(0) }).input.Bucket ?? '');
    }
    return service === 'sqs' && (this.callers.isRootSession(request) || [...this.queues.values()].some(({ account }) => account === accessKeyId));
  }

  /** Undefined for what is not this organization's business: another service, or an IAM or STS call that is not about root access. */
  async answer(request: WireRequest): Promise<WireResponse | undefined> {
    const service = signatureOf(request)?.service;
    if (!isOurs(service) || (isOfResources(service) && !this.ownsResource(request))) return undefined;
    try {
      if (isOfResources(service)) return await this.answerResource(service, request);
      const call = this.receive(service, request);
      const record = this.record(call);
      const operation = operationFor(call);
      record.forwarded = operation === undefined || undefined;
      return operation && await this.perform(call, operation, record);
    } catch (error) {
      return writeError(service, error);
    }
  }

  private async answerResource(service: 's3' | 'sqs', request: WireRequest): Promise<WireResponse> {
    const call = this.receive(service, request);
    const record = this.record(call);
    return this.around(call, record, async () => (service === 's3' ? answerS3 : answerSqs)(call, this));
  }

  private receive(service: Service, request: WireRequest): Call {
    const { operation, input } = service === 's3' ? readS3(request) : service === 'sts' || service === 'iam' ? readQuery(request.body) : readJson(request);
    const caller = this.caller(request)!;
    const target = operation === 'AssumeRoot' ? targetAccount(input.TargetPrincipal) : caller.taskPolicy && caller.accountId;
    return { at: this.clock(), service, region: signatureOf(request)!.region, operation, caller, input, target, view: now, pages: {} };
  }

  private record({ at, service, region, operation, caller, input, target }: Call): RecordedCall {
    const record = { at, service, region, operation, caller, input, target };
    this.calls.push(record);
    return record;
  }

  private async perform(call: Call, operation: Operation, record: RecordedCall): Promise<WireResponse> {
    return this.around(call, record, async () => writeResult(call, await operation(call, this)));
  }

  private async around(call: Call, record: RecordedCall, perform: () => Promise<WireResponse>): Promise<WireResponse> {
    const settled = async (answer: () => Promise<WireResponse>) => {
      try {
        return await answer();
      } catch (error) {
        record.error = error instanceof AwsError ? error.code : 'InternalFailure';
        return writeError(call.service, error);
      }
    };
    return this.faults.around(call, perform, settled);
  }
}

const SERVICES: readonly (string | undefined)[] = ['sts', 'iam', 'organizations', 's3', 'sqs'];
const isOurs = (service: string | undefined): service is Service => SERVICES.includes(service);
const isOfResources = (service: Service): service is 's3' | 'sqs' => service === 's3' || service === 'sqs';

function operationFor({ service, operation, caller }: Call): Operation | undefined {
  if (service === 'sts') return STS_OPERATIONS[operation];
  const ofRoot = service === 'iam' && isRoot(caller) ? IAM_ROOT_OPERATIONS[operation] : undefined;
  if (caller.taskPolicy || ofRoot) return asRoot(ofRoot);
  return service === 'iam' ? IAM_FEATURE_OPERATIONS[operation] : ORGANIZATIONS_OPERATIONS[operation] ?? POLICY_OPERATIONS[operation] ?? unknownOperation;
}

function writeResult({ service, operation }: Call, result: Result): WireResponse {
  return service === 'organizations' ? writeJson(result) : writeQuery(service, operation, result);
}

/** What is no AwsError is a mistake of this fake: the caller sees where. */
function writeError(service: Service, error: unknown): WireResponse {
  const awsError = error instanceof AwsError ? error : new AwsError('InternalFailure', String((error as Error).stack), 500);
  return ERRORS[service](awsError);
}

const ERRORS: Readonly<Record<Service, (error: AwsError) => WireResponse>> = {
  sts: (error) => writeQueryError('sts', error),
  iam: (error) => writeQueryError('iam', error),
  organizations: writeJsonError,
  s3: writeS3Error,
  sqs: writeSqsError,
};
