import { type Context, FREE, type OneOf, type Value } from './conditions';
import { ANY, ANY_ORGANIZATION, ANY_PLACE, FROM_NOW_ON } from './patterns';

/** The principal of a call and its resource, as far as they are known. */
export interface Caller {
  /** Credentials of a root session, of the root user itself, or of a role of this library. */
  readonly credentials: 'session' | 'long-term' | 'role';
  readonly principalArn: string;
  readonly accountId: string;
  /** Organization of the caller and of the resource. */
  readonly organizationId?: string;
  /** Region of the call, of services that have one in each. */
  readonly region: string;
  /** Region of calls of IAM. */
  readonly iamRegion?: string;
  /** Account of the resource. Calls of root users are judged for their own account only. */
  readonly resourceAccountId: string;
  /** Whether the call names a resource. */
  readonly onResource: boolean;
  /** Absent for any action. */
  readonly action?: string;
  readonly taskPolicyArn?: string;
}

type Known = Value | OneOf | typeof FREE;

const oneOf = (...values: Value[]): OneOf => ({ oneOf: values });
const ABSENT = undefined;
const organization = ({ organizationId = ANY_ORGANIZATION }: Caller) => organizationId;
const organizationPaths = (caller: Caller) => [`${organization(caller)}/${ANY_PLACE}`]; // its list has one item
const isRoot = ({ credentials }: Caller) => credentials !== 'role';
const isLongTerm = ({ credentials }: Caller) => credentials === 'long-term';
const serviceOf = ({ action }: Caller) => action?.split(':')[0];
/** A root user who signed in, or a service for that user, can make any call in any way. This library makes each call itself, without another service. */
const direct = (known: Known) => (caller: Caller): Known => isLongTerm(caller) && caller.action === undefined ? FREE : known;
const always = (known: Known) => () => known;
/** Known for a call whose action is known: any other action may be on a resource of another account. */
const ofOneAction = (known: (caller: Caller) => Known) => (caller: Caller): Known => caller.action === undefined ? FREE : known(caller);

/**
 * The value of each global condition key in a call, by "Availability" and "Example values" of the key in the IAM user guide:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn and so on for each.
 * `FREE` stands for what the page leaves open or what depends on the deployment, `ABSENT` for a key that such calls cannot have.
 */
const GLOBAL_KEYS: Readonly<Record<string, (caller: Caller) => Known>> = {
  // properties of the principal
  'aws:PrincipalArn': ({ principalArn }) => principalArn, // of a session: the statement of AWS's guide that exempts root sessions names them by the root user's ARN
  'aws:PrincipalAccount': ({ accountId }) => accountId,
  'aws:PrincipalOrgID': organization, // "if the principal is a member of an organization", as each member account is
  'aws:PrincipalOrgPaths': organizationPaths,
  'aws:PrincipalTag/*': (caller) => isRoot(caller) ? ABSENT : FREE, // of users, roles and their sessions; AssumeRoot takes no tags (STS API reference)
  'aws:PrincipalIsAWSService': always('false'), // "true" only when a service calls by its service principal
  'aws:PrincipalServiceName': always(ABSENT), // of service principals alone, like the next
  'aws:PrincipalServiceNamesList': always(ABSENT),
  'aws:PrincipalType': ({ credentials }) => ({ 'long-term': 'Account', 'role': 'AssumedRole', 'session': FREE } as const)[credentials], // of root sessions not documented
  'aws:userid': (caller) => isRoot(caller) ? caller.accountId : FREE, // of a session: `principalId` of its events in CloudTrail ("Track privileged tasks in CloudTrail")
  'aws:username': always(ABSENT), // of IAM users alone

  // properties of a session
  'aws:AssumedRoot': ({ credentials }) => credentials === 'session' ? 'true' : ABSENT,
  'aws:FederatedProvider': always(ABSENT), // of AssumeRoleWithWebIdentity and AssumeRoleWithSAML
  'aws:TokenIssueTime': (caller) => isLongTerm(caller) ? FREE : FROM_NOW_ON, // of temporary credentials; a root user who signed in has some
  'aws:MultiFactorAuthAge': (caller) => isLongTerm(caller) ? FREE : ABSENT, // "only if" MFA was used
  // "false" or absent: events of root sessions say `mfaAuthenticated: false`, and of a service's role the guide leaves it open
  'aws:MultiFactorAuthPresent': (caller) => isLongTerm(caller) ? FREE : oneOf(ABSENT, 'false'),
  'aws:ChatbotSourceArn': always(ABSENT), // of roles that Amazon Q Developer in chat applications has assumed
  'aws:Ec2InstanceSourceVpc': always(ABSENT), // of roles of EC2 instances, like the next
  'aws:Ec2InstanceSourcePrivateIPv4': always(ABSENT),
  'aws:SourceIdentity': always(ABSENT), // AssumeRoot hands on that of the caller's session, and sessions that Lambda makes have none

  // properties of the network: whether a function is in a VPC, and which, is the user's choice
  'aws:SourceIp': always(FREE),
  'aws:SourceVpc': always(FREE),
  'aws:SourceVpcArn': always(FREE),
  'aws:SourceVpce': always(FREE),
  'aws:VpcSourceIp': always(FREE),
  'aws:VpceAccount': always(FREE),
  'aws:VpceOrgID': always(FREE),
  'aws:VpceOrgPaths': always(FREE),

  // properties of the resource: "always included in the request context for most service actions", of which IAM, S3, SQS and STS are no exceptions
  'aws:ResourceAccount': ofOneAction(({ resourceAccountId }) => resourceAccountId),
  'aws:ResourceOrgID': ofOneAction(organization),
  'aws:ResourceOrgPaths': ofOneAction(organizationPaths),
  'aws:ResourceTag/*': ({ onResource, ...caller }) => onResource && !['iam', 'sts'].includes(serviceOf({ onResource, ...caller })!) ? FREE : ABSENT, // a root user has no tags

  // properties of the request
  'aws:CalledVia': direct(ABSENT), // of calls that a service makes for a principal, like the next three
  'aws:CalledViaFirst': direct(ABSENT),
  'aws:CalledViaLast': direct(ABSENT),
  'aws:ViaAWSService': direct('false'),
  'aws:CalledViaAWSMCP': direct(ABSENT), // of calls through an MCP server of AWS, like the next two
  'aws:ViaAWSMCPService': direct(oneOf(ABSENT, 'false')),
  'aws:IsMcpServiceAction': direct(oneOf(ABSENT, 'false')),
  'aws:CurrentTime': always(FROM_NOW_ON),
  'aws:EpochTime': always(FROM_NOW_ON),
  'aws:referer': (caller) => isLongTerm(caller) ? FREE : ABSENT, // the SDK sends none
  'aws:RequestedRegion': (caller) => serviceOf(caller) === 'iam' ? caller.iamRegion ?? caller.region : caller.region,
  'aws:RequestTag/*': direct(ABSENT), // none of the calls passes tags
  'aws:TagKeys': direct(ABSENT),
  'aws:SecureTransport': always('true'), // the SDK uses HTTPS alone
  'aws:SourceAccount': always(ABSENT), // of calls that a service makes by its service principal, like the next four
  'aws:SourceArn': always(ABSENT),
  'aws:SourceOrgID': always(ABSENT),
  'aws:SourceOrgPaths': always(ABSENT),
  'aws:SourceOwner': always(ABSENT),
  'aws:UserAgent': (caller) => isLongTerm(caller) ? FREE : ANY, // the SDK sends one
};

/**
 * Keys of the service that is called (service authorization reference, "Condition keys" of S3, SQS, IAM and STS): the actions of root sessions that are no
 * actions of S3 have none but the tags of what they are called on.
 */
const SERVICE_KEYS: Readonly<Record<string, (caller: Caller) => Known>> = {
  's3:ResourceAccount': ({ resourceAccountId, onResource }) => onResource ? resourceAccountId : oneOf(ABSENT, resourceAccountId),
  's3:BucketTag/*': ({ onResource }) => onResource ? FREE : ABSENT, // of buckets for which access by tags is enabled
  's3:TlsVersion': always(oneOf('1.2', '1.3')), // AWS takes none that is older (AWS security blog, "TLS 1.2 to become the minimum")
  's3:authType': (caller) => isLongTerm(caller) ? FREE : 'REST-HEADER', // as the SDK signs, like the next three
  's3:signatureversion': (caller) => isLongTerm(caller) ? FREE : 'AWS4-HMAC-SHA256',
  's3:signatureAge': always(FREE),
  's3:x-amz-content-sha256': always(FREE),
  'sts:TaskPolicyArn': ({ taskPolicyArn }) => taskPolicyArn,
};

/** Keys that one service adds to calls of another service with credentials that it issued. Root sessions and root users have none of these. */
const CROSS_SERVICE_KEYS: Readonly<Record<string, (caller: Caller) => Known>> = Object.fromEntries([
  'lambda:SourceFunctionArn', 'ec2:SourceInstanceArn', 'ec2:RoleDelivery', 'glue:RoleAssumedBy', 'glue:CredentialIssuingService', 'ssm:SourceInstanceArn',
  'identitystore:UserId', 'codebuild:BuildArn', 'codebuild:ProjectArn', 'ecs:task-arn', 'ecs:cluster-arn',
].map((key) => [key, (caller: Caller) => isRoot(caller) ? ABSENT : key === 'lambda:SourceFunctionArn' ? ANY : ABSENT]));

/** The known value of each condition key of a call. */
export function contextOf(caller: Caller): Context {
  const service = serviceOf(caller);
  const ofService = Object.entries(SERVICE_KEYS).filter(([key]) => key.startsWith(`${service}:`));
  const known = Object.entries({ ...GLOBAL_KEYS, ...Object.fromEntries(ofService), ...CROSS_SERVICE_KEYS });
  return {
    ...Object.fromEntries(known.map(([key, of]) => [key.toLowerCase(), of(caller)])),
    ...service !== undefined && { '*': ABSENT }, // keys of other services are in no call (IAM user guide, "Service-specific condition keys")
  };
}

/** The global keys in the table. */
export const KNOWN_KEYS: readonly string[] = Object.keys(GLOBAL_KEYS);
