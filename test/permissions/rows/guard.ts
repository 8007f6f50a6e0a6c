import { awsPolicies, BY_CONDITION, entity, type Exercised, framework, FROM_THE_LIBRARY, inVpc, logs, NO_RESOURCE, NOT_ENCRYPTED, OF_RCPS, OF_SCPS, type Pinned, POLICIES, RESOURCE_POLICIES, THE_CDK_GRANTS, versions, viaService } from './row';
import { MANAGEMENT } from '../../deploy/testing';

const MONITOR = { holder: 'monitor function' };
const PREFLIGHT = { holder: 'guardrail preflight function', exercise: 'look before a guardrail', denied: 'waits' } as const;
const TELL = { ...MONITOR, exercise: 'tell', denied: 'fails' } as const;

export const EXERCISED: readonly Exercised[] = [
  {
    ...PREFLIGHT,
    actions: ['organizations:DescribeOrganization', 'organizations:ListRoots'],
    resource: '*',
    need: 'which account is the management account, and whether service control policies are enabled, is not known',
    everything: NO_RESOURCE,
  },
  {
    ...PREFLIGHT,
    actions: ['organizations:ListPolicies'],
    resource: '*',
    condition: OF_SCPS,
    need: 'policies below the targets that block root sessions are not found',
    everything: BY_CONDITION,
  },
  {
    ...PREFLIGHT,
    actions: ['organizations:ListPolicies'],
    resource: '*',
    condition: OF_RCPS,
    need: 'resource control policies that block root sessions are not found',
    everything: BY_CONDITION,
  },
  { ...PREFLIGHT, actions: ['organizations:DescribePolicy'], resource: RESOURCE_POLICIES, condition: OF_RCPS, need: 'what a resource control policy says is not known' },
  {
    ...PREFLIGHT,
    actions: ['organizations:ListTargetsForPolicy'],
    resource: RESOURCE_POLICIES,
    condition: OF_RCPS,
    need: 'where a resource control policy that blocks root sessions is attached is not known',
  },
  ...['account', 'ou'].map((kind): Exercised => (
    { ...PREFLIGHT, actions: ['organizations:ListParents'], resource: entity(kind), need: 'what is above a target is not known' })),
  ...['account', 'ou', 'root'].map((kind): Exercised => (
    { ...PREFLIGHT, actions: ['organizations:ListPoliciesForTarget'], resource: entity(kind), condition: OF_SCPS, need: 'what is attached to and above a target is not known' })),
  {
    ...PREFLIGHT,
    actions: ['organizations:DescribePolicy'],
    resource: POLICIES,
    condition: OF_SCPS,
    need: 'what a policy says is not known',
  },
  {
    ...PREFLIGHT,
    actions: ['organizations:ListTargetsForPolicy'],
    resource: POLICIES,
    condition: OF_SCPS,
    need: 'where a policy that blocks root sessions is attached is not known',
  },
  ...['DescribeStacks', 'DescribeStackResource', 'DescribeStackEvents'].map((action): Exercised => ({
    ...PREFLIGHT,
    actions: [`cloudformation:${action}`],
    resource: '<this stack>',
    exercise: action === 'DescribeStackEvents' ? 'clean up after a guardrail' : 'look before a guardrail is changed',
    denied: action === 'DescribeStackEvents' ? 'fails' : 'waits',
    need: 'who may invoke the function can pass for CloudFormation; a rollback is refused, which leaves the stack where it can go neither forward nor back',
  })),
  {
    holder: 'Provider of the guardrail preflight',
    actions: ['lambda:InvokeFunction'],
    resource: '<RootUserGuardrailPreflight/Handler>',
    exercise: 'ask the preflight by CloudFormation',
    denied: 'tells CloudFormation',
    need: 'nobody looks before a guardrail is attached',
  },
  { ...TELL, actions: ['sns:Publish'], resource: '<Topic>', need: 'nobody gets a message' },
  { ...TELL, actions: ['events:PutEvents'], resource: `arn:aws:events:us-east-1:${MANAGEMENT}:event-bus/default`, condition: FROM_THE_LIBRARY, need: 'no rule hears of it' },
];

export const PINNED: readonly Pinned[] = [
  logs('guardrail preflight function', 'RootUserGuardrailPreflight/HandlerLogs'),
  logs('Provider of the guardrail preflight', 'RootUserGuardrailPreflight/ProviderLogs'),
  logs('monitor function', 'TellLogs'),
  ...framework('Provider of the guardrail preflight', 'RootUserGuardrailPreflight/Handler'),
  ...versions('Provider of the guardrail preflight', 'RootUserGuardrailPreflight/Handler'),
  ...inVpc('monitor function'),
  { ...MONITOR, actions: ['sqs:SendMessage'], resource: '<Undelivered>', need: 'what could not be told is lost', pinned: 'a delivery would have to fail three times' },
  { ...MONITOR, actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl'], resource: '<Undelivered>', need: 'nothing', pinned: THE_CDK_GRANTS },
  {
    ...MONITOR,
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resource: `arn:aws:kms:us-east-1:${MANAGEMENT}:key/of-topic`,
    condition: viaService('sns'),
    need: 'with a key: nobody gets a message',
    pinned: NOT_ENCRYPTED,
  },
  ...awsPolicies(PREFLIGHT.holder),
];
