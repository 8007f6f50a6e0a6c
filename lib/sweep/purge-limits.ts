import { Limits } from './contract';
import { aNumber, checkShape, Shape } from '../private/shape';
import { checkWholeNumber } from '../private/validate';

/** The most that one sweep may delete. */
export interface PurgeLimitsOptions {
  /**
   * Number of credentials that a sweep may delete, from 1 to 100,000.
   *
   * @default - no limit; requires `accounts`
   */
  readonly credentials?: number;

  /**
   * Number of accounts in which a sweep may delete credentials, from 1 to 10,000.
   *
   * @default - no limit; requires `credentials`
   */
  readonly accounts?: number;
}

const OPTIONS: Shape<PurgeLimitsOptions> = { needed: {}, optional: { credentials: aNumber, accounts: aNumber } };

/**
 * Limits how much a purge may delete. A sweep whose plan exceeds a limit deletes nothing, fails, and reports what exceeded the limit.
 */
export class PurgeLimits {
  /** Limits the number of credentials that a sweep deletes, the number of accounts that lose credentials, or both. */
  public static of(options: PurgeLimitsOptions): PurgeLimits {
    checkShape(OPTIONS, options);
    const { credentials, accounts } = options;
    if (credentials === undefined && accounts === undefined) {
      throw new Error('PurgeLimits.of must be given credentials or accounts, got neither; PurgeLimits.none() sets no limit');
    }
    checkWholeNumber('limits.credentials', credentials ?? 1, 1, 100_000);
    checkWholeNumber('limits.accounts', accounts ?? 1, 1, 10_000);
    return new PurgeLimits({ credentials, accounts });
  }

  /** Sets no limit, and says so: an update that only omits `limits` fails, because it would remove a protection. */
  public static none(): PurgeLimits {
    return new PurgeLimits({ none: true });
  }

  private constructor(private readonly limits: Limits) {}

  /**
   * The limits in the form that a sweep reads.
   *
   * @internal
   */
  public _limits(): Limits {
    return this.limits;
  }
}
