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

const connections = { keepAlive: true, maxSockets: 64 };

/** One pool of connections for all clients: hundreds of root sessions talk to the same few hosts. */
const requestHandler = new NodeHttpHandler({
  httpsAgent: new HttpsAgent(connections),
  httpAgent: new HttpAgent(connections),
  connectionTimeout: 5_000,
  requestTimeout: 30_000,
  throwOnRequestTimeout: true,
});

/** Organizations and STS throttle by account and Region, for everybody in it: slow down together rather than fail. */
const shared = { requestHandler, retryMode: 'adaptive', maxAttempts: 10 };

/** What is told beside the report is not worth waiting for as long. */
const signals = { requestHandler, maxAttempts: 4 };

export const cloudFormation = () => new CloudFormationClient(shared);
export const eventBridge = () => new EventBridgeClient(signals);
export const organizations = () => new OrganizationsClient(shared);
export const s3 = () => new S3Client(shared);
export const sns = () => new SNSClient(signals);
export const stepFunctions = () => new SFNClient(shared);
/** IAM as the function's own role: the switches of the organization. */
export const iam = () => new IAMClient(shared);
/** The Region decides the endpoint; AssumeRoot is not answered by the global one. */
export const sts = (region: string) => new STSClient({ ...shared, region });

/**
 * What a client finds out from the environment and from files. A sweep makes one for each of thousands of sessions, and all would find the same; credentials
 * are none of it.
 */
let surroundings: ReturnType<typeof lookAround> | undefined;

function lookAround() {
  const { region, useFipsEndpoint, useDualstackEndpoint, authSchemePreference, userAgentAppId } = iam().config;
  return { region, useFipsEndpoint, useDualstackEndpoint, authSchemePreference, userAgentAppId };
}

/**
 * IAM as the root user of a member account. It is built from the root session's credentials and from nothing else: a call
 * that names no user acts on whoever signs it, so it must never be able to fall back to the function's own credentials.
 */
export const iamOfRootSession = (session: Credentials) => new IAMClient({ ...surroundings ??= lookAround(), ...ofRootSession(session) });
/** S3 as the root user of a member account. A bucket answers in its own Region only; one that is elsewhere says where. */
export const s3OfRootSession = (region: string) => (session: Credentials) => (
  new S3Client({ ...ofRootSession(session), region, followRegionRedirects: true }));
/** SQS as the root user of a member account, in the Region of a queue: no URL of a queue decides where a signed request goes. */
export const sqsOfRootSession = (region: string) => (session: Credentials) => (
  new SQSClient({ ...ofRootSession(session), region, useQueueUrlAsEndpoint: false }));

/** Services throttle by account, so these clients retry on their own. */
function ofRootSession({ AccessKeyId, SecretAccessKey, SessionToken }: Credentials) {
  const credentials = {
    accessKeyId: required('AccessKeyId', AccessKeyId),
    secretAccessKey: required('SecretAccessKey', SecretAccessKey),
    sessionToken: required('SessionToken', SessionToken),
  };
  return { requestHandler, retryMode: 'standard', maxAttempts: 6, credentials };
}

function required(name: string, value: string | undefined): string {
  if (!value) {
    throw new Error(`AssumeRoot answered without ${name}`);
  }
  return value;
}
