import { Agent as HttpAgent } from 'http';
import { Agent as HttpsAgent } from 'https';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient, type Credentials } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { retryingUnreadable } from './answers';
import { environment, type LambdaEnvironment } from './environment';
import { partitionOfRegion } from '../../lib/private/partitions';

/** As many as the accounts that are in flight by default read at once. */
const connections = { keepAlive: true, maxSockets: 128 };

/** One pool of connections for all clients: hundreds of root sessions talk to the same few hosts. */
export const requestHandler = new NodeHttpHandler({
  httpsAgent: new HttpsAgent(connections),
  httpAgent: new HttpAgent(connections),
  connectionTimeout: 5_000,
  requestTimeout: 30_000,
  socketTimeout: 30_000, // for a body that begins to arrive and never ends
  throwOnRequestTimeout: true,
});

/** Organizations and STS throttle by account and Region, for everybody in it: slow down together rather than fail. */
const shared = { requestHandler, retryMode: 'adaptive', maxAttempts: 10 };

/** Signals beside the report are not worth waiting for as long. */
const signals = { requestHandler, maxAttempts: 4 };

export const cloudFormation = () => retryingUnreadable(new CloudFormationClient(shared));
export const eventBridge = () => retryingUnreadable(new EventBridgeClient(signals));
export const organizations = () => retryingUnreadable(new OrganizationsClient(shared));
export const s3 = () => retryingUnreadable(new S3Client(shared));
export const sns = () => retryingUnreadable(new SNSClient(signals));
export const stepFunctions = () => retryingUnreadable(new SFNClient(shared));
/** IAM as the function's own role: the switches of the organization. */
export const iam = () => retryingUnreadable(new IAMClient(shared));
/** The Region decides the endpoint; AssumeRoot is not answered by the global one. */
export const sts = (region: string) => retryingUnreadable(new STSClient({ ...shared, region: inOwnPartition(region) }));

/** An app that does not know its Region may be deployed to any partition, and has the default of `aws`. */
function inOwnPartition(region: string): string {
  const own = environment<Partial<LambdaEnvironment>>().AWS_REGION ?? region;
  return partitionOfRegion(own).id === partitionOfRegion(region).id ? region : own;
}

/**
 * Configuration that a client reads from the environment and from files. It is the same for the clients of thousands of sessions, so it is read once. It contains
 * no credentials.
 */
let sharedConfig: ReturnType<typeof readSharedConfig> | undefined;

function readSharedConfig() {
  const { region, useFipsEndpoint, useDualstackEndpoint, authSchemePreference, userAgentAppId } = iam().config;
  return { region, useFipsEndpoint, useDualstackEndpoint, authSchemePreference, userAgentAppId };
}

/**
 * IAM as the root user of a member account. It is built from the root session's credentials and from nothing else: a call
 * that names no user acts on whoever signs it, so it must never be able to fall back to the function's own credentials.
 */
export const iamOfRootSession = (session: Credentials, signal?: AbortSignal) => (
  retryingUnreadable(new IAMClient({ ...sharedConfig ??= readSharedConfig(), ...ofRootSession(session, signal) })));
/** S3 as the root user of a member account. A bucket answers in its own Region only; one that is elsewhere says where. */
export const s3OfRootSession = (region: string) => (session: Credentials, signal?: AbortSignal) => (
  retryingUnreadable(new S3Client({ ...ofRootSession(session, signal), region, followRegionRedirects: true })));
/** SQS as the root user of a member account, in the Region of a queue: no URL of a queue decides where a signed request goes. */
export const sqsOfRootSession = (region: string) => (session: Credentials, signal?: AbortSignal) => (
  retryingUnreadable(new SQSClient({ ...ofRootSession(session, signal), region, useQueueUrlAsEndpoint: false })));

/** Services throttle by account, so these clients retry on their own. */
function ofRootSession({ AccessKeyId, SecretAccessKey, SessionToken }: Credentials, signal?: AbortSignal) {
  const credentials = {
    accessKeyId: required('AccessKeyId', AccessKeyId),
    secretAccessKey: required('SecretAccessKey', SecretAccessKey),
    sessionToken: required('SessionToken', SessionToken),
  };
  return { requestHandler: signal === undefined ? requestHandler : until(signal), retryMode: 'standard', maxAttempts: 6, credentials };
}

/** The pool of all, from which nothing is sent any more when the signal has come: also no request that the SDK would repeat. */
function until(abortSignal: AbortSignal): typeof requestHandler {
  const handle: typeof requestHandler.handle = (request, options) => requestHandler.handle(request, { ...options, abortSignal });
  return Object.assign(Object.create(requestHandler) as typeof requestHandler, { handle });
}

function required(name: string, value: string | undefined): string {
  if (!value) {
    throw new Error(`AssumeRoot answered without ${name}`);
  }
  return value;
}
