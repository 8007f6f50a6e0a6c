import { Duration, Token } from 'aws-cdk-lib';
import { PASSWORD_RECOVERIES, SweepSettings, USE_WINDOW } from './contract';
import { FailedAccounts } from './failed-accounts';
import { checkKeptAreSelected, NO_PROTECTION, protectionOf } from './protection-settings';
import { RootCredential } from './root-credential';
import { RootCredentialsSweepProps } from './root-credentials-sweep-props';
import { RootCredentialsSweepWork } from './root-credentials-sweep-work';
import { AccountSelection } from '../organization/account-selection';
import { CredentialKind, Selection } from '../private/contract';
import { checkAccountId, checkWholeNumber } from '../private/validate';

/** The sweep itself waits up to 5 minutes for permissions and switches that take effect late. */
const SHORTEST_DEPLOYMENT = Duration.minutes(10);
export const LONGEST_DEPLOYMENT = Duration.hours(1);

/** S3 counts the age of objects in days. */
const DAY = Duration.days(1);

/** What the sweep itself goes by. */
export function settingsOf(props: RootCredentialsSweepProps, work: RootCredentialsSweepWork): SweepSettings {
  const { concurrency = {} } = props;
  const selection = (props.accounts ?? AccountSelection.organization())._selection();
  return {
    selection,
    ...work.purge ? purgeOf(work, selection) : AUDIT,
    failOnFindings: work.failOnFindings ?? false,
    tolerateFailedAccounts: props.failedAccounts === FailedAccounts.TOLERATE,
    accountsPerBatch: concurrency.accountsPerBatch ?? 30,
    accountsInFlight: concurrency.accountsInFlight ?? 10,
  };
}

/** Nothing in it is to be deleted, in whatever way one reads it. */
const AUDIT = { work: 'audit', credentials: [], dryRun: true, protection: NO_PROTECTION } satisfies Partial<SweepSettings>;

function purgeOf(work: RootCredentialsSweepWork, selection: Selection) {
  const protection = protectionOf(work, work.credentials);
  checkKeptAreSelected(protection, selection);
  const credentials = work.credentials ?? Object.values(RootCredential);
  return { work: 'purge', credentials: credentials as string[] as CredentialKind[], dryRun: work.dryRun ?? false, protection } satisfies Partial<SweepSettings>;
}

/** Fails for what cannot be, or cannot be together. The settings and the schedule are checked where they are read. */
export function checkProps(props: RootCredentialsSweepProps) {
  checkConcurrency(props);
  checkDeploymentTimeout(props);
  checkStarts(props);
  checkReports(props);
}

function checkConcurrency({ concurrency: { accountsPerBatch = 1, batchesAtOnce = 1, accountsInFlight = 1 } = {} }: RootCredentialsSweepProps) {
  checkWholeNumber('concurrency.accountsPerBatch', accountsPerBatch, 1, 100);
  checkWholeNumber('concurrency.batchesAtOnce', batchesAtOnce, 1, 1_000);
  checkWholeNumber('concurrency.accountsInFlight', accountsInFlight, 1, 100);
}

function checkDeploymentTimeout({ deploymentTimeout: timeout = LONGEST_DEPLOYMENT }: RootCredentialsSweepProps) {
  const seconds = timeout.toSeconds();
  if (seconds < SHORTEST_DEPLOYMENT.toSeconds() || seconds > LONGEST_DEPLOYMENT.toSeconds() || seconds % 5 !== 0) {
    throw new Error(`deploymentTimeout must be from 10 minutes to 1 hour, in whole multiples of 5 seconds, got ${timeout.toHumanString()}`);
  }
}

/** What is of no use without another property is a mistake. */
function checkStarts({ schedule, scheduleTimeWindow, joinedAccounts, joinedAccountsForwardedFrom }: RootCredentialsSweepProps) {
  if (scheduleTimeWindow && !schedule) {
    throw new Error('scheduleTimeWindow must not be given without schedule');
  }
  const window = scheduleTimeWindow?.toSeconds() ?? 60;
  if (window < 60 || window > Duration.days(1).toSeconds() || window % 60 !== 0) {
    throw new Error(`scheduleTimeWindow must be from 1 minute to 24 hours, in whole minutes, got ${scheduleTimeWindow!.toHumanString()}`);
  }
  if (joinedAccountsForwardedFrom !== undefined && !joinedAccounts) {
    throw new Error('joinedAccountsForwardedFrom must not be given without joinedAccounts');
  }
  if (joinedAccountsForwardedFrom !== undefined) {
    checkAccountId('joinedAccountsForwardedFrom', joinedAccountsForwardedFrom);
  }
}

/** A bucket of somebody else has its own encryption and its own lifecycle. */
function checkReports({ reportsBucket, encryptionKey, reportRetention }: RootCredentialsSweepProps) {
  if (reportsBucket && encryptionKey) {
    throw new Error('encryptionKey must not be given together with reportsBucket: the bucket has its own encryption');
  }
  if (reportsBucket && reportRetention) {
    throw new Error('reportRetention must not be given together with reportsBucket: the bucket has its own lifecycle');
  }
  const retention = reportRetention?.toSeconds() ?? DAY.toSeconds();
  if (retention < DAY.toSeconds() || retention % DAY.toSeconds() !== 0) {
    throw new Error(`reportRetention must be whole days, 1 at least, got ${reportRetention!.toHumanString()}`);
  }
}

/** What is protected and released is a contradiction. */
export function checkRelease({ release = [] }: RootCredentialsSweepWork, { exclude }: Selection) {
  release.forEach((name, i) => {
    if (!Token.isUnresolved(name) && (name.trim() === '' || name.length > 200)) {
      throw new Error(`release[${i}] must be the id of an account, the reason of a rule of keep, '${USE_WINDOW}' or '${PASSWORD_RECOVERIES}', got ${JSON.stringify(name.slice(0, 300))}`);
    }
    if (!Token.isUnresolved(name) && exclude.includes(name)) {
      throw new Error(`release[${i}] must not name an account that is excluded, got '${name}': take it out of exclude to let go of it, or out of release`);
    }
  });
}
