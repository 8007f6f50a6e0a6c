import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** When the alarms of a sweep go off, and what they do then. */
export interface SweepAlarmOptions {
  /**
   * What every alarm does when it goes off, such as `SnsAction` of `aws-cdk-lib/aws-cloudwatch-actions`.
   *
   * An SNS topic that is encrypted by the key that AWS manages never hears from an alarm.
   *
   * @default - the alarms change their state and tell nobody
   */
  readonly actions?: cloudwatch.IAlarmAction[];

  /**
   * What every alarm does when it is over.
   *
   * @default - nothing
   */
  readonly okActions?: cloudwatch.IAlarmAction[];

  /**
   * From how many failed accounts of one sweep the alarm goes off: 1 to 10,000. It lasts until a sweep of the whole selection has fewer.
   *
   * @default 1
   */
  readonly failedAccounts?: number;

  /**
   * From how many credentials that one sweep found the alarm goes off: 1 to 100,000. It lasts until a sweep of the whole selection finds fewer,
   * so the first purge of an organization sets it off. What is kept for a reason does not count.
   *
   * @default 1
   */
  readonly foundCredentials?: number;
}
