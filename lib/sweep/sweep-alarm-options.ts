import { AlarmOptions } from '../alarm-options';

/** Thresholds and actions of the alarms of a sweep. */
export interface SweepAlarmOptions extends AlarmOptions {
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
