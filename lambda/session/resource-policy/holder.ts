import type { Patience } from '../../aws/patience';

/** A bucket or a queue, as a root session of its account sees it. */
export interface PolicyHolder {
  readonly kind: 'bucket' | 'queue';
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  /** How long a read may lag behind a change. */
  readonly patience: Patience;
  /** The exact text; undefined when there is none. */
  read(): Promise<string | undefined>;
  write(policy: string): Promise<unknown>;
  remove(): Promise<unknown>;
}
