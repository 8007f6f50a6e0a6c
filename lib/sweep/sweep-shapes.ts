import { FailedAccounts } from './failed-accounts';
import { JoinedAccounts } from './joined-accounts';
import { KeepRule } from './protection';
import { RootCredential } from './root-credential';
import { RootCredentialsPurgeOptions, RootCredentialsPurgeProps } from './root-credentials-purge-props';
import { RootCredentialsSweepOptions, RootCredentialsSweepProps } from './root-credentials-sweep-props';
import { SweepAlarmOptions } from './sweep-alarm-options';
import { SweepConcurrency } from './sweep-concurrency';
import { aBucket, aKey, ALARMS, anAccountSelection, aSchedule, aTopic, someFeatures, someFunctionOptions, someTexts } from '../private/cdk-shapes';
import { aBoolean, aDuration, aNumber, aText, having, listOf, oneOf, options, Shape } from '../private/shape';

const CONCURRENCY: Shape<SweepConcurrency> = {
  needed: {}, optional: { accountsPerBatch: aNumber, batchesAtOnce: aNumber, accountsInFlight: aNumber },
};

const SWEEP_ALARMS: Shape<SweepAlarmOptions> = {
  needed: {},
  optional: { ...ALARMS.optional, failedAccounts: aNumber, foundCredentials: aNumber },
};

const someCredentials = listOf(oneOf('RootCredential', RootCredential));

const KEEP_RULE: Shape<KeepRule> = { needed: { reason: aText }, optional: { accounts: someTexts, credentials: someCredentials } };

const SWEEP_OPTIONS: Shape<RootCredentialsSweepOptions> = {
  needed: {},
  optional: {
    readServiceControlPolicies: aBoolean,
    failedAccounts: oneOf('FailedAccounts', FailedAccounts),
    concurrency: options(CONCURRENCY),
    runOnEveryDeploy: aBoolean,
    schedule: aSchedule,
    scheduleTimeWindow: aDuration,
    joinedAccounts: oneOf('JoinedAccounts', JoinedAccounts),
    joinedAccountsForwardedFrom: aText,
    deploymentTimeout: aDuration,
    reportsBucket: aBucket,
    encryptionKey: aKey,
    reportRetention: aDuration,
    notifications: aTopic,
    alarms: options(SWEEP_ALARMS),
    stsRegion: aText,
    functionOptions: someFunctionOptions,
  },
};

export const SWEEP: Shape<RootCredentialsSweepProps> = {
  needed: {},
  optional: { ...SWEEP_OPTIONS.optional, features: someFeatures, accounts: anAccountSelection },
};

export const PURGE_OPTIONS: Shape<RootCredentialsPurgeOptions> = {
  needed: {},
  optional: {
    ...SWEEP_OPTIONS.optional,
    credentials: someCredentials,
    dryRun: aBoolean,
    keepIfUsedWithin: aDuration,
    keep: listOf(options(KEEP_RULE)),
    release: someTexts,
    passwordRecoveries: having('grantRead', 'the passwordRecoveries of a RootSessionRunbooks, or PasswordRecoveries.fromBucket()'),
  },
};

export const PURGE: Shape<RootCredentialsPurgeProps> = { needed: {}, optional: { ...SWEEP.optional, ...PURGE_OPTIONS.optional } };
