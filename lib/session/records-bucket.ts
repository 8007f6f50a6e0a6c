import { Annotations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';

/**
 * Only these roles may write below a prefix of the records bucket. Even an administrator's put is refused, so that a record is what a
 * runbook wrote.
 */
export function reserveRecords(bucket: s3.IBucket, sid: string, prefix: string, roles: iam.IRole[]) {
  const { statementAdded } = bucket.addToResourcePolicy(new iam.PolicyStatement({
    sid,
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
    resources: [bucket.arnForObjects(`${prefix}*`)],
    conditions: { ArnNotEquals: { 'aws:PrincipalArn': roles.map((role) => role.roleArn) } },
  }));
  if (!statementAdded) {
    Annotations.of(bucket).addWarningV2(`cdk-root-access:recordsBucketPolicy:${sid}`,
      `the policy of the imported bucket ${bucket.bucketName} is not managed here: deny everybody but the runbooks' roles to write below ${prefix}`);
  }
}

/** Lets somebody read what is below prefixes, and nothing else that is in the bucket. */
export function grantRecords(bucket: s3.IBucket, grantee: iam.IGrantable, ...prefixes: string[]): iam.Grant {
  const below = prefixes.map((prefix) => `${prefix}*`);
  const objects = iam.Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns: below.map((prefix) => bucket.arnForObjects(prefix)) });
  const list = iam.Grant.addToPrincipal({
    grantee, actions: ['s3:ListBucket'], resourceArns: [bucket.bucketArn], conditions: { StringLike: { 's3:prefix': below } },
  });
  const key = bucket.encryptionKey?.grantDecrypt(grantee);
  return key ? objects.combine(list).combine(key) : objects.combine(list);
}
