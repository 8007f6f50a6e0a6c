import { actionOf, Call } from './call';
import { accessDenied, AwsError } from './errors';
import { writeJson, writeJsonError } from './json';
import { deniesEverybody, FakeResource } from './locked-resources';
import { Result } from './operation';
import { Organization } from './organization';
import { rootDenial } from './service-control-policies';
import { WireResponse } from '../wire';

/** Amazon SQS in its JSON protocol, as far as the policies of queues go. Everything is regional. */
export async function answerSqs(call: Call, organization: Organization): Promise<WireResponse> {
  const { caller, input, region } = call;
  const [account, name] = input.QueueUrl?.split('/').slice(-2) ?? [input.QueueOwnerAWSAccountId ?? caller.accountId, input.QueueName ?? '*'];
  const denial = caller.taskPolicy
    && await rootDenial(organization, caller, actionOf(call), `arn:aws:sqs:${region}:${account}:${name}`, { 'aws:RequestedRegion': region });
  if (denial) throw accessDenied(denial);
  const queue = organization.queues.get(`${region}/${account}/${name}`);
  return writeJson(perform(call, organization, queue));
}

function perform(call: Call, organization: Organization, queue: FakeResource | undefined): Result {
  const { operation, caller, region, input } = call;
  if (operation === 'ListQueues') {
    const urls = [...organization.queues.values()].filter((each) => each.account === caller.accountId && each.region === region).map(urlOf);
    return urls.length > 0 ? { QueueUrls: urls } : {};
  }
  if (operation === 'CreateQueue') return { QueueUrl: urlOf(queue ?? organization.addQueue({ name: input.QueueName!, account: caller.accountId, region })) };
  if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
  if (caller.accountId !== queue.account || (!caller.taskPolicy && deniesEverybody(call.view(queue.policies)))) {
    throw accessDenied(`User: ${caller.arn} is not authorized to perform: ${actionOf(call)} on resource: arn:aws:sqs:${region}:${queue.account}:${queue.name}`);
  }
  switch (operation) {
    case 'GetQueueUrl': return { QueueUrl: urlOf(queue) };
    case 'GetQueueAttributes': return attributes(call.view(queue.policies), input.AttributeNames);
    case 'DeleteQueue':
      organization.queues.delete(`${region}/${queue.account}/${queue.name}`);
      return undefined;
    case 'SetQueueAttributes': return setAttributes(queue, JSON.parse(input.Attributes!) as Record<string, string>);
    default: throw new AwsError('UnsupportedOperation', 'Error code 400. Unsupported operation.');
  }
}

const urlOf = ({ region, account, name }: FakeResource) => `https://sqs.${region}.amazonaws.com/${account}/${name}`;

/** Without names nothing is answered, and without anything to answer no member either. */
function attributes(policy: string | undefined, names = '[]'): Result {
  const wanted = (JSON.parse(names) as string[]).some((name) => name === 'Policy' || name === 'All');
  return wanted && policy !== undefined ? { Attributes: { Policy: policy } } : {};
}

/** An empty policy removes it. */
function setAttributes(queue: FakeResource, { Policy: policy, ...others }: Record<string, string>): Result {
  if (Object.keys(others).length > 0) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${Object.keys(others)[0]}.`);
  if (policy !== '') {
    try {
      JSON.parse(policy);
    } catch {
      throw new AwsError('InvalidAttributeValue', 'Invalid value for the parameter Policy.');
    }
  }
  queue.policy = policy || undefined;
  return undefined;
}

/** The SDK takes the error's code from this header where there is one. */
const QUERY_ERRORS: Readonly<Record<string, string>> = { QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue;Sender' };

export function writeSqsError(error: AwsError): WireResponse {
  const { status, headers, body } = writeJsonError(error);
  const query = QUERY_ERRORS[error.code];
  const type = error.code === 'QueueDoesNotExist' ? 'com.amazonaws.sqs#QueueDoesNotExist' : undefined;
  return {
    status,
    headers: { ...headers, ...query && { 'x-amzn-query-error': query } },
    body: type ? String(body).replace('"QueueDoesNotExist"', `"${type}"`) : body,
  };
}
