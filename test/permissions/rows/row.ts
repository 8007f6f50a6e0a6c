import type { Grant } from '../grants';

export interface Row {
  readonly holder: string;
  readonly actions: readonly string[];
  readonly resource: string;
  readonly condition?: string;
  /** What fails without it. */
  readonly need: string;
  /** Why the resource is `*`. */
  readonly everything?: string;
}

/** A permission that a call on the local AWS needs, so that the call is denied without it. */
export interface Exercised extends Row {
  /** Name of what is done to need it. */
  readonly exercise: string;
  /** The construct whose selection makes the call. @default the first that has the permission */
  readonly construct?: string;
  /** What is done when it is denied: it fails and says so, it is tried until IAM has caught up, or for so long that no test waits, it goes on without, or the framework tells CloudFormation. */
  readonly denied: 'fails' | 'waits' | 'tries on' | 'goes on' | 'tells CloudFormation';
}

/** A permission that nothing on the local AWS can show to be needed. */
export interface Pinned extends Row {
  /** Why it cannot be shown. */
  readonly pinned: string;
}

export const OF_SCPS = 'organizations:PolicyType StringEquals SERVICE_CONTROL_POLICY';
export const OF_RCPS = 'organizations:PolicyType StringEquals RESOURCE_CONTROL_POLICY';
export const FOR_IAM = 'organizations:ServicePrincipal StringEquals iam.amazonaws.com';
export const FROM_THE_LIBRARY = 'events:source ForAllValues:StringEquals cdk-root-access';
export const NO_RESOURCE = 'IAM knows no resource for it (service authorization reference)';
export const BY_CONDITION = 'IAM knows no resource for it; the condition keeps it to iam.amazonaws.com, or to policies that deny calls';
export const THE_CDK_GRANTS = 'the CDK grants it beside what is needed';
export const NOT_ENCRYPTED = 'the local AWS does not encrypt';

export const task = (name: string) => `sts:TaskPolicyArn ArnEquals arn:aws:iam::aws:policy/root-task/${name}`;
export const root = (accountId: string) => `arn:aws:iam::${accountId}:root`;
export const member = (accountId: string) => `arn:aws:organizations::*:account/o-*/${accountId}`;
export const entity = (kind: string) => `arn:aws:organizations::*:${kind}/o-*/*`;
export const POLICIES = 'arn:aws:organizations::*:policy/o-*/service_control_policy/p-*';
export const RESOURCE_POLICIES = 'arn:aws:organizations::*:policy/o-*/resource_control_policy/p-*';
export const viaService = (service: string) => `kms:ViaService StringEquals ${service}.us-east-1.amazonaws.com`;

/** Logs of a function, which are written by the runtime. */
export const logs = (holder: string, group: string): Pinned => ({
  holder,
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resource: `<${group}>`,
  need: 'the function logs nothing',
  pinned: 'the runtime writes the logs, on the local AWS without asking for permission',
});

export const versions = (holder: string, ...functions: string[]) => functions.map((fn): Pinned => ({
  holder, actions: ['lambda:InvokeFunction'], resource: `<${fn}>:*`, need: 'nothing', pinned: `${THE_CDK_GRANTS}: versions of the function, of which there are none`,
}));

/** Of a Provider, or of its waiter, on the functions of its custom resource. */
export const framework = (holder: string, ...functions: string[]) => functions.map((fn): Pinned => ({
  holder,
  actions: ['lambda:GetFunction'],
  resource: `<${fn}>`,
  need: 'a deployment fails when Lambda still makes the function ready',
  pinned: 'the framework asks when a call to the function failed, which may be because Lambda still makes it ready',
}));

export const inVpc = (...holders: string[]) => holders.map((holder): Pinned => ({
  holder,
  actions: [
    'ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses',
  ],
  resource: '*',
  need: 'in a VPC: the function cannot be deployed (Lambda developer guide, "Attaching Lambda functions to an Amazon VPC")',
  everything: 'Lambda asks for it before there is a network interface to name',
  pinned: 'the local AWS has no VPC',
}));

export const logDelivery = (...holders: string[]) => holders.map((holder): Pinned => ({
  holder,
  actions: [
    'logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery', 'logs:ListLogDeliveries',
    'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups',
  ],
  resource: '*',
  need: 'the state machine cannot be deployed with its log (Step Functions developer guide, "Using CloudWatch Logs to log execution history")',
  everything: NO_RESOURCE,
  pinned: 'the engine writes the log without asking for permission',
}));

export const awsPolicies = (holder: string) => ([['service', OF_SCPS, 'FullAWSAccess'], ['resource', OF_RCPS, 'RCPFullAWSAccess']] as const).map(([type, condition, name]): Pinned => ({
  holder,
  actions: ['organizations:DescribePolicy'],
  resource: `arn:aws:organizations::aws:policy/${type}_control_policy/p-*`,
  condition,
  need: "what a policy of AWS's own says is not known",
  pinned: `AWS has one, ${name}, whose text is known`,
}));

export function matches(row: Row, { holder, action, resource, condition }: Grant): boolean {
  return row.holder === holder && row.actions.includes(action) && row.resource === resource && row.condition === condition;
}
