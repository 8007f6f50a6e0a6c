import type { FindingKind } from '../../../lib/monitor/contract';

interface Advice {
  /** The event, in a line. */
  readonly title: string;
  /** The steps to take, in order. */
  readonly steps: readonly string[];
}

const ASK = 'Ask the owner of the account whether this was planned, through a channel that does not depend on the account.';
const PURGE = 'If it was not: delete the root credentials of the account (start RootCredentialsPurge for this account only), then look in CloudTrail for the calls of its root user since then.';
const CONTAIN = 'RootUserGuardrail, a service control policy, denies every action to the long-term credentials of root users in member accounts. It does not affect root sessions, so the deletion still works.';

export const ADVICE: Record<FindingKind, Advice> = {
  RootSignIn: {
    title: 'Root signed in to the console',
    steps: [ASK, PURGE, 'For the management account: no sweep can clean it. Change the password and the MFA device of root, and delete its access keys.', CONTAIN],
  },
  RootSignInFailed: {
    title: 'Root failed to sign in to the console',
    steps: [
      'One failure may be a typing error, many are an attempt to guess the password. An attempt needs no credential, so neither the address nor the agent proves anything.',
      'Check whether the account still has a root password (RootCredentialsAudit reports it); without one no guess can succeed.',
    ],
  },
  RootCredentialChange: {
    title: 'A root credential was changed, or an attempt was made',
    steps: [
      'CreateLoginProfile in a root session allows password recovery: expected only during a planned password recovery.',
      'StartPrimaryEmailUpdate and AcceptPrimaryEmailUpdate change the email address of the root user of the account that the target names: any person who reads the new mailbox can recover the password.',
      ASK,
      PURGE,
      'Make sure that the email address of the root user still belongs to you: any person who reads that mailbox can recover the password.',
    ],
  },
  RootApiUse: {
    title: 'Root called an API with long-term credentials',
    steps: [
      'An accessKeyId that begins with AKIA is an access key of the root user; one that begins with ASIA comes from a sign-in to the console.',
      ASK,
      PURGE,
    ],
  },
  UnexpectedRootSession: {
    title: 'A root session was requested by a principal that is not allowed',
    steps: [
      'If it succeeded, the session lasts up to 15 minutes and cannot be revoked. Look in CloudTrail of the target account for its calls: the events contain the access key ID that AssumeRoot returned.',
      'Remove sts:AssumeRoot from the principal, or add the principal to allowedPrincipals of the monitor if this is its task.',
      'If it failed: find out who used the principal, and why.',
    ],
  },
  RootAccessDisabled: {
    title: 'Centralized root access was disabled, or an attempt was made',
    steps: [
      'Deploy the stack with OrgRootAccessFeatures again, or enable it in the IAM console (Root access management) of the management account.',
      'Find out who did it, and why. Until then no sweep can read an account.',
    ],
  },
  DelegateChange: {
    title: 'A delegated administrator was changed, or an attempt was made',
    steps: [
      'A delegated administrator for IAM can take root sessions in every member account, and one for account.amazonaws.com can change the email address of every root user. Compare with RootAccessDelegation in your stacks.',
      'If it was not planned: deregister the account (aws organizations deregister-delegated-administrator), and look for root sessions that it has taken.',
    ],
  },
  GuardrailChange: {
    title: 'A guardrail for root users was changed, or an attempt was made',
    steps: ['After your own deployment of the policy there is nothing to do. Otherwise, deploy the stack with the policy again; CloudFormation does not notice the drift by itself.', 'Find out who did it, and look for calls of root users since then.'],
  },
  AccountChange: {
    title: 'An account was moved, closed or left the organization, or an attempt was made',
    steps: [
      'Policies and selections by organizational unit depend on the place of an account: an account that moves may no longer be below a guardrail, and an account that leaves the organization is below none.',
      'If it was not planned: move the account back (aws organizations move-account), and find out who did it.',
      'Delete the credentials of a root user before its account leaves or is closed. Afterwards no root session reaches it.',
    ],
  },
  UnreadableEvent: {
    title: 'An event of the trail could not be read',
    steps: ['Read it in the log group, by the log stream and the time below. It may be an event of a root user, so treat it as one until you know.'],
  },
};
