import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** Actions of the alarms of a construct. */
export interface AlarmOptions {
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
}
