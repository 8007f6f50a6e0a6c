import { SFNClient } from '@aws-sdk/client-sfn';
import { AutomationExecution } from './execution';
import { bind, type Value } from './parameters';
import { asText, substitute } from './references';
import { Refusal } from './refusal';
import { readRunbook } from './runbook';
import type { Credentials } from '../../organization';
import type { Authorize, Caller, WireResponse } from '../../wire';
import { operationOf } from '../actions';
import type { Document, Documents } from '../documents';
import { accessDenied, failure, jsonAnswer } from '../errors';
import type { UnnamedRequest } from '../named-action';

export interface AutomationProps {
  readonly documents: Documents;
  readonly endpoint: () => string;
  readonly authorize: Authorize;
  readonly issue: (caller: Omit<Caller, 'expiration'>) => Credentials;
}

interface StartInput {
  readonly DocumentName: string;
  readonly DocumentVersion?: string;
  readonly Parameters?: Readonly<Record<string, string[]>>;
}

type Operation = (input: Input, request: UnnamedRequest, caller: Caller) => object | Promise<object>;

type Input = StartInput & { readonly AutomationExecutionId: string; readonly Type?: string };

/** Automation of AWS Systems Manager: runs the steps of its documents as written, with the permissions of the role that they assume or of the caller. */
export class Automation {
  private readonly executions = new Map<string, AutomationExecution>();

  private readonly operations: Readonly<Record<string, Operation>> = {
    StartAutomationExecution: async (input, request, caller) => ({ AutomationExecutionId: await this.start(input, request, caller) }),
    GetAutomationExecution: ({ AutomationExecutionId: id }, request) => ({ AutomationExecution: this.find(request, id).describe() }),
    StopAutomationExecution: ({ AutomationExecutionId: id, Type = 'Cancel' }, request) => {
      if (this.find(request, id).isOver) {
        throw new Refusal('InvalidAutomationStatusUpdateException', `Automation execution ${id} is over`);
      }
      this.find(request, id).stop(Type);
      return {};
    },
    DescribeAutomationExecutions: (_input, request) => (
      { AutomationExecutionMetadataList: this.all(request).map((execution) => execution.summary()) }),
    DescribeAutomationStepExecutions: ({ AutomationExecutionId: id }, request) => (
      { StepExecutions: this.find(request, id).describe().StepExecutions }),
  };

  constructor(private readonly props: AutomationProps) {}

  /** Undefined for an operation that is not about automation. */
  async answer(request: UnnamedRequest, caller: Caller): Promise<WireResponse | undefined> {
    const operation = this.operations[operationOf(request) ?? ''];
    try {
      return operation && jsonAnswer(await operation(JSON.parse(request.body.toString()) as Input, request, caller));
    } catch (error) {
      if (error instanceof Denial) {
        return accessDenied('ssm', error.message);
      }
      if (error instanceof Refusal) {
        return failure('ssm', error.code, error.message, 400);
      }
      throw error;
    }
  }

  private async start(input: StartInput, request: UnnamedRequest, caller: Caller): Promise<string> {
    const document = this.document(input, request);
    const runbook = readRunbook(document.Content);
    const parameters = bind(runbook.parameters ?? {}, input.Parameters ?? {});
    const { accountId, scope: { region } } = request;
    const role = asText(substitute(runbook.assumeRole ?? '', (name) => parameters[name] ?? '') as Value);
    const execution = new AutomationExecution({
      documentName: document.Name,
      documentVersion: document.DocumentVersion,
      runbook,
      parameters,
      accountId,
      region,
      executedBy: caller.arn,
      client: this.client(role ? await this.assume(role, caller) : caller, region),
    });
    this.executions.set(`${accountId}/${region}/${execution.id}`, execution);
    void execution.run();
    return execution.id;
  }

  private document({ DocumentName, DocumentVersion }: StartInput, request: UnnamedRequest): Document {
    const name = DocumentName.split('/').pop()!;
    const document = this.props.documents.find(homeOf(request), name, DocumentVersion);
    if (document?.DocumentType !== 'Automation') {
      const code = this.props.documents.find(homeOf(request), name) ? 'AutomationDefinitionVersionNotFoundException' : 'AutomationDefinitionNotFoundException';
      throw new Refusal(code, `Automation definition not found: ${name}${DocumentVersion ? `:${DocumentVersion}` : ''}`);
    }
    return document;
  }

  /** The caller passes the role to Systems Manager, which the role must trust. */
  private async assume(roleArn: string, caller: Caller): Promise<Omit<Caller, 'expiration'>> {
    const denial = await this.props.authorize({ caller, action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'ssm.amazonaws.com' } });
    if (denial) {
      throw new Denial(denial);
    }
    const accountId = roleArn.split(':')[4];
    const service = { accountId, arn: 'ssm.amazonaws.com', service: 'ssm.amazonaws.com' };
    if (await this.props.authorize({ caller: service, action: 'sts:AssumeRole', resource: roleArn, context: {} })) {
      throw new Refusal('InvalidAutomationExecutionParametersException', 'The defined assume role is unable to be assumed.');
    }
    return { accountId, roleArn, arn: `arn:aws:sts::${accountId}:assumed-role/${roleArn.split('/').pop()}/Automation` };
  }

  private client(caller: Omit<Caller, 'expiration'>, region: string) {
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = this.props.issue(caller);
    return new SFNClient({ endpoint: this.props.endpoint(), region, credentials: { accessKeyId, secretAccessKey, sessionToken } });
  }

  private find(request: UnnamedRequest, id: string): AutomationExecution {
    const execution = this.executions.get(`${homeOf(request)}/${id}`);
    if (!execution) {
      throw new Refusal('AutomationExecutionNotFoundException', `Automation execution not found: ${id}`);
    }
    return execution;
  }

  private all(request: UnnamedRequest) {
    return [...this.executions].filter(([key]) => key.startsWith(`${homeOf(request)}/`)).map(([, execution]) => execution);
  }
}

class Denial extends Error {}

function homeOf({ accountId, scope }: UnnamedRequest) {
  return `${accountId}/${scope.region}`;
}
