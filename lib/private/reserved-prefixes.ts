import { Annotations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface Reservation {
  readonly sid: string;
  readonly prefixes: string[];
  readonly roles: iam.IRole[];
  /** What a warning calls the roles. */
  readonly whose: string;
  /** Id of the warning that a bucket of somebody else gets. */
  readonly warning: string;
}

/**
 * Only these roles may write below the prefixes. Even an administrator's put is refused, so that what is there is what they wrote.
 *
 * @returns what must exist before the bucket is written to
 */
export function reservePrefixes(bucket: s3.IBucket, { sid, prefixes, roles, whose, warning }: Reservation): Construct[] {
  const { statementAdded, policyDependable } = bucket.addToResourcePolicy(new iam.PolicyStatement({
    sid,
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
    resources: prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`)),
    conditions: { ArnNotEquals: { 'aws:PrincipalArn': roles.map((role) => role.roleArn) } },
  }));
  if (!statementAdded) {
    Annotations.of(bucket).addWarningV2(`cdk-root-access:${warning}`,
      `the policy of the imported bucket ${bucket.bucketName} is not managed here: deny everybody but ${whose} roles to write below ${prefixes.join(' and ')}`);
  }
  return policyDependable ? [policyDependable as Construct] : [];
}
