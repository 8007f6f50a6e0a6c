import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** Thresholds and actions of the alarms of a sweep. */
export interface SweepAlarmOptions {
  /**
   * Actions of every alarm when it enters the ALARM state, such as `SnsAction` of
   * `aws-cdk-lib/aws-cloudwatch-actions`.
   *
   * Alarms cannot publish to an SNS topic that is encrypted with the AWS managed key.
   *
   * @default - no actions
   */
  readonly actions?: cloudwatch.IAlarmAction[];

  /**
   * Actions of every alarm when it returns to the OK state.
   *
   * @default - no actions
   */
  readonly okActions?: cloudwatch.IAlarmAction[];

  /**
   * Number of failed accounts in one sweep that triggers the alarm, from 1 to 10,000.
   *
   * The alarm lasts until a sweep of the whole selection has fewer failed accounts.
   *
   * @default 1
   */
  readonly failedAccounts?: number;

  /**
   * Number of credentials found by one sweep that triggers the alarm, from 1 to 100,000.
   *
   * The alarm lasts until a sweep of the whole selection finds fewer, so the first purge of an organization usually
   * triggers it. Credentials that are kept for a reason do not count.
   *
   * @default 1
   */
  readonly foundCredentials?: number;
}
