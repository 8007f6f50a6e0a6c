import { Annotations, IResource, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IConstruct } from 'constructs';
import { viaService } from './statements';

/**
 * Grants the given identity permission to read the objects below the prefixes, and no others.
 * Without the permission to list, S3 answers "access denied" for an object that does not exist.
 */
export function grantReadPrefixes(bucket: s3.IBucket, grantee: iam.IGrantable, ...prefixes: string[]): iam.Grant {
  const below = prefixes.map((prefix) => `${prefix}*`);
  const grants = [
    grantOn(bucket, grantee, new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: below.map((files) => bucket.arnForObjects(files)) })),
    grantOn(bucket, grantee, new iam.PolicyStatement({
      actions: ['s3:ListBucket'], resources: [bucket.bucketArn], conditions: { StringLike: { 's3:prefix': below } },
    })),
    ...bucket.encryptionKey ? [grantOn(bucket.encryptionKey, grantee, viaService(bucket, bucket.encryptionKey, 's3', ['kms:Decrypt']), ['*'])] : [],
  ];
  return grants.reduce((all, grant) => all.combine(grant));
}

/**
 * By the policies of the grantee, and by that of the resource where these are not at hand or are those of another account.
 * The CDK's `addToPrincipalOrResource` would leave the condition out of the resource's policy.
 *
 * @param itself how the policy of the resource names it, where it cannot do so by its ARN
 */
function grantOn(
  resource: s3.IBucket | kms.IKey, grantee: iam.IGrantable, statement: iam.PolicyStatement, itself = statement.resources,
): iam.Grant {
  const { actions, resources, conditions } = statement;
  const own = iam.Grant.addToPrincipal({ grantee, actions, resourceArns: resources, conditions });
  if (own.success && isInAccountOf(resource, grantee.grantPrincipal)) {
    return own;
  }
  if (!canName(resource, grantee.grantPrincipal)) {
    Annotations.of(resource).addWarningV2('cdk-root-access:readerOfAnotherAccount',
      `${grantee.grantPrincipal} is of another account, and has a name that is made there when it is deployed: let it in by the policy of ${resource.node.path} afterwards`);
    return own;
  }
  return iam.Grant.addStatementToResourcePolicy({
    grantee,
    actions,
    resourceArns: resources,
    resource,
    statement: new iam.PolicyStatement({ actions, resources: itself, conditions, principals: [grantee.grantPrincipal] }),
  });
}

/** A role of the app that is in another account must have a name of its own to be named. */
function canName(resource: IConstruct, { policyFragment }: iam.IPrincipal): boolean {
  try {
    Stack.of(resource).resolve(policyFragment.principalJson);
    return true;
  } catch {
    return false;
  }
}

function isInAccountOf({ env }: IResource, { principalAccount }: iam.IPrincipal): boolean {
  const { SAME, BOTH_UNRESOLVED } = TokenComparison;
  return principalAccount !== undefined && [SAME, BOTH_UNRESOLVED].includes(Token.compareStrings(env.account, principalAccount));
}
