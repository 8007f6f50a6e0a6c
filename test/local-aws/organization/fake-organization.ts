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
import { isRoot } from './service-control-policies';
import { STS_OPERATIONS, targetAccount } from './sts';
import { now } from './timeline';

/** An organization that answers on the wire as AWS does. */
export class FakeOrganization extends Organization {
  /** Every STS, IAM and Organizations call of a known caller, in the order of arrival. */
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

  /** Undefined for what is not this organization's business: another service, or an IAM or STS call that is not about root access. */
  async answer(request: WireRequest): Promise<WireResponse | undefined> {
    const service = signatureOf(request)?.service;
    if (!isOurs(service)) return undefined;
    try {
      const call = this.receive(service, request);
      const record = this.record(call);
      const operation = operationFor(call);
      record.forwarded = operation === undefined || undefined;
      return operation && await this.perform(call, operation, record);
    } catch (error) {
      return writeError(service, error);
    }
  }

  private receive(service: Service, request: WireRequest): Call {
    const { operation, input } = service === 'organizations' ? readJson(request) : readQuery(request.body);
    const caller = this.caller(request)!;
    const target = operation === 'AssumeRoot' ? targetAccount(input.TargetPrincipal) : caller.taskPolicy && caller.accountId;
    return { at: this.clock(), service, operation, caller, input, target, view: now, pages: {} };
  }

  private record({ at, service, operation, caller, input, target }: Call): RecordedCall {
    const record = { at, service, operation, caller, input, target };
    this.calls.push(record);
    return record;
  }

  private async perform(call: Call, operation: Operation, record: RecordedCall): Promise<WireResponse> {
    const settled = async (answer: () => Promise<WireResponse>) => {
      try {
        return await answer();
      } catch (error) {
        record.error = error instanceof AwsError ? error.code : 'InternalFailure';
        return writeError(call.service, error);
      }
    };
    return this.faults.around(call, async () => writeResult(call, await operation(call, this)), settled);
  }
}

const isOurs = (service: string | undefined): service is Service => service === 'sts' || service === 'iam' || service === 'organizations';

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
  return service === 'organizations' ? writeJsonError(awsError) : writeQueryError(service, awsError);
}
