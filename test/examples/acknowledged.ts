export interface Acknowledged {
  /** Matches `rule construct/path`. */
  readonly pattern: RegExp;
  readonly reason: string;
}

/** Findings of cdk-nag's AwsSolutions that stay, and why. */
export const ACKNOWLEDGED: readonly Acknowledged[] = [
  {
    pattern: /^AwsSolutions-IAM5\[Resource::\*\] .*\/(RootAccess|Features|Delegation\d*)\/Permissions\//,
    reason: 'the switches of an organization have no resource in IAM; those that have a condition key are limited to iam.amazonaws.com',
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::\*\] .*\/SelectRole\/DefaultPolicy\//,
    reason: 'DescribeOrganization, ListAccounts and ListOrganizationsFeatures cannot be limited to a resource',
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::\*\] .*\/StateMachine\/Role\//,
    reason: 'the CDK grants the delivery of logs, which cannot be limited to a resource',
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::\*\] .*\/RootUserGuardrailPreflight\/HandlerRole\//,
    reason: 'DescribeOrganization, ListRoots and ListPolicies cannot be limited to a resource; ListPolicies is limited to service control policies',
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:organizations::(\*|aws):(ou|root|policy)\//,
    reason: 'the preflight reads the policies above and below its targets, whose ids are known only when the stack is deployed',
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:organizations::\*:(account|ou)\/o-\*\//,
    reason: 'the ids of the organization, its management account and its units are known only when the stack is deployed',
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:iam::\*:root\] .*\/AssumeRoot(0|\/\w+0)\//,
    reason: 'the selection is the organization: its accounts are not known to the template; excluded ones have a Deny',
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::<\w*(Purge|Audit)Reports\w+\.Arn>\/(runs\/\*\/|latest\/).*\] .*\/Sweep\/(Functions|StateMachine)\//,
    reason: "a run's folder is named when it begins",
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::<\w+\.Arn>\/control\/[\w-]+\/\*\] /,
    reason: 'a state machine has a folder for each of its executions, whose names are given when they start',
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::<\w+\.Arn>:\*\] /,
    reason: 'the CDK grants the versions of a function together with the function',
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:states:.*:execution:/,
    reason: 'executions of this one state machine: their names are given when they start',
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::<RunbooksRecords\w+\.Arn>\/(policies|replacements|recoveries)\/.*\] /,
    reason: 'records are named by accounts, buckets and executions that are known when a runbook is started',
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::arn:.*:automation-execution\/\*\] /,
    reason: 'the id of an automation is made when it starts',
  },
  {
    pattern: /^AwsSolutions-IAM5\[Resource::\*\] .*\/ApproversRole\//,
    reason: 'SendTaskSuccess and SendTaskFailure cannot be limited to a resource; the task token limits them',
  },
  {
    pattern: /^AwsSolutions-S1 .*\/Runbooks\/Records\//,
    reason: 'a log of accesses needs a bucket of its own; who needs one brings his bucket as recordsBucket',
  },
  {
    pattern: /^AwsSolutions-L1 /,
    reason: 'the runtime is pinned so that an upgrade of the CDK changes no function; functionOptions.runtime takes a newer one',
  },
  {
    pattern: /^AwsSolutions-S1 .*\/(Purge|Audit)\/Reports\//,
    reason: 'a log of accesses needs a bucket of its own; who needs one brings his bucket as reportsBucket',
  },
  {
    pattern: /^AwsSolutions-SQS3 .*\/Undelivered\//,
    reason: 'it is a dead-letter queue itself, of a schedule or of a rule',
  },
  {
    pattern: /^AwsSolutions-SF2 /,
    reason: 'what a sweep does is in its log and its folder of the bucket, account by account',
  },
  {
    pattern: /^AwsSolutions-SF1 .*\/waiter-state-machine\//,
    reason: "the CDK's waiter gets CloudFormation's whole event as input, whose ResponseURL must not be logged",
  },
];
