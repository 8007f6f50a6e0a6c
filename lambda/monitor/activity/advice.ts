import type { FindingKind } from '../../../lib/monitor/contract';

interface Advice {
  /** What happened, in a line. */
  readonly title: string;
  /** What to do, in order. */
  readonly steps: readonly string[];
}

const ASK = 'Ask the owner of the account whether this was planned, by a channel that is not the account itself.';
const PURGE = 'If it was not: delete the root credentials of the account (a sweep of RootCredentialsPurge narrowed to it), then look in CloudTrail for what root has done since.';
const CONTAIN = 'RootUserGuardrail, a service control policy, denies everything to long-term root of member accounts and exempts root sessions, so that the deletion still works.';

export const ADVICE: Record<FindingKind, Advice> = {
  RootSignIn: {
    title: 'Root signed in to the console',
    steps: [ASK, PURGE, 'For the management account: no sweep can clean it. Change the password and the MFA device of root, and delete its access keys.', CONTAIN],
  },
  RootSignInFailed: {
    title: 'Root failed to sign in to the console',
    steps: [
      'One failure may be a typing error, many are somebody who guesses. Whoever tries needs no credential, so neither the address nor the agent proves anything.',
      'See whether the account still has a root password (RootCredentialsPurge with dryRun reports it); without one no guess can succeed.',
    ],
  },
  RootCredentialChange: {
    title: 'A root credential was changed, or somebody tried to',
    steps: [
      'CreateLoginProfile in a root session allows password recovery: expected only while somebody recovers root on purpose.',
      'StartPrimaryEmailUpdate and AcceptPrimaryEmailUpdate move the mailbox of the root user of the account that the target names: whoever reads the new one can recover the password.',
      ASK,
      PURGE,
      'Make sure that the e-mail address of the root user still belongs to you: whoever reads that mailbox can recover the password.',
    ],
  },
  RootApiUse: {
    title: 'Root called an API with long-term credentials',
    steps: [
      'An accessKeyId that begins with AKIA is an access key of root; one that begins with ASIA comes from a sign-in to the console.',
      ASK,
      PURGE,
    ],
  },
  UnexpectedRootSession: {
    title: 'A root session was asked for by somebody who is not expected to',
    steps: [
      'If it succeeded, the session lasts up to 15 minutes and cannot be revoked. Look in CloudTrail of the target account for what it did: its events have the access key id that AssumeRoot answered.',
      'Take sts:AssumeRoot away from the principal, or add it to the allowed principals of the monitor if this is its duty.',
      'If it failed: find out who used the principal, and for what.',
    ],
  },
  RootAccessDisabled: {
    title: 'Centralized root access was switched off, or somebody tried to',
    steps: [
      'Deploy the stack with OrgRootAccessFeatures again, or switch it on in the IAM console (Root access management) of the management account.',
      'Find out who did it, and why. Meanwhile no sweep can look at an account.',
    ],
  },
  DelegateChange: {
    title: 'A delegated administrator for IAM or Account Management was changed, or somebody tried to',
    steps: [
      'A delegate for IAM can take root sessions in every member account, and a delegate for account.amazonaws.com can change the e-mail address of every root user. Compare with what your stacks declare (RootAccessDelegation).',
      'If it is not yours: deregister the account (aws organizations deregister-delegated-administrator), and look for root sessions that it has taken.',
    ],
  },
  GuardrailChange: {
    title: 'A guardrail for root users was changed, or somebody tried to',
    steps: ['For your own deployment of the policy there is nothing to do. Else deploy the stack with the policy again; CloudFormation does not see by itself that it drifted.', 'Find out who did it, and what root users did since.'],
  },
  AccountChange: {
    title: 'An account was moved, left the organization or was closed, or somebody tried to',
    steps: [
      'Policies, sweeps and exclusions by organizational unit follow where an account is: an account that moves may leave a guardrail, and one that leaves the organization leaves them all.',
      'If it was not planned: move the account back (aws organizations move-account), and find out who did it.',
      'Before an account leaves or is closed, its root user needs no credentials. Afterwards no root session reaches it.',
    ],
  },
  UnreadableEvent: {
    title: 'An event of the trail could not be read',
    steps: ['Read it in the log group, by the log stream and the time below. It may be one of root, so treat it as one until you know.'],
  },
};
