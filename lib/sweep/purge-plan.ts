import { createHash } from 'crypto';
import { existsSync, readFileSync } from 'fs';
import { Duration } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { PLAN_SCHEMA, PlanAsset } from './contract';
import { aDuration, aText, checkShape, checkValue, Shape } from '../private/shape';

/** Options of PurgePlan. */
export interface PurgePlanOptions {
  /**
   * How old the plan may be when a sweep carries it out, from 1 hour to 365 days.
   *
   * The sweep checks the age, not synthesis: a plan that is too old does not affect `cdk diff` or other stacks.
   *
   * @default Duration.days(14)
   */
  readonly maxAge?: Duration;
}

const OPTIONS: Shape<PurgePlanOptions> = { needed: {}, optional: { maxAge: aDuration } };

const USUAL_AGE = Duration.days(14);
const [SHORTEST_AGE, LONGEST_AGE] = [Duration.hours(1), Duration.days(365)];

/** The file travels to a function, which reads it into its memory. */
const LARGEST_BYTES = 50_000_000;

/**
 * A plan that people have reviewed. A purge deletes only the credentials that are on it.
 */
export class PurgePlan {
  /**
   * Uses a file of the app as the plan.
   *
   * Take `plan.json` from the `latest/` folder of an audit or of a dry run, commit it, and have it reviewed. You can
   * remove lines from it. A line that is added or changed is refused, and so is a plan of another organization.
   *
   * @param path path of the file, relative to the directory in which the app is synthesized
   * @param options options of the plan
   */
  public static fromFile(path: string, options: PurgePlanOptions = {}): PurgePlan {
    checkValue('path', path, aText);
    checkShape(OPTIONS, options);
    const { maxAge = USUAL_AGE } = options;
    if (!maxAge.isUnresolved() && (maxAge.toSeconds() < SHORTEST_AGE.toSeconds() || maxAge.toSeconds() > LONGEST_AGE.toSeconds())) {
      throw new Error(`maxAge must be from 1 hour to 365 days, got ${maxAge.toHumanString()}`);
    }
    return new PurgePlan(path, checkedText(path), maxAge);
  }

  private constructor(private readonly path: string, private readonly text: string, private readonly maxAge: Duration) {}

  /**
   * Adds the file to the assets of the app.
   *
   * @internal
   */
  public _bind(scope: Construct): { readonly asset: Asset; readonly plan: PlanAsset } {
    const asset = new Asset(scope, 'Plan', { path: this.path });
    const digest = createHash('sha256').update(this.text).digest('hex');
    return { asset, plan: { bucket: asset.s3BucketName, key: asset.s3ObjectKey, digest, maxAgeSeconds: this.maxAge.toSeconds() } };
  }
}

/** Fails for everything that synthesis can know; the age is for the sweep to judge. */
function checkedText(path: string): string {
  if (!existsSync(path)) {
    throw new Error(`PurgePlan.fromFile must be given the path of a plan.json, got '${path}', which does not exist`);
  }
  const text = readFileSync(path, 'utf8');
  if (text.length > LARGEST_BYTES) {
    throw new Error(`PurgePlan.fromFile must be given a file of at most ${LARGEST_BYTES / 1e6} MB, got '${path}'`);
  }
  let schema: unknown;
  try {
    schema = (JSON.parse(text) as { $schema?: unknown } | null)?.$schema;
  } catch (error) {
    throw new Error(`PurgePlan.fromFile must be given a plan.json, got '${path}', which is not JSON (${(error as Error).message}): a line that was removed may have left a comma behind`);
  }
  if (schema !== PLAN_SCHEMA) {
    throw new Error(`PurgePlan.fromFile must be given a plan.json ('$schema': '${PLAN_SCHEMA}'), got '${path}' with ${JSON.stringify(schema)}`);
  }
  return text;
}
