import { Annotations, CustomResourceProviderBase, Lazy, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, DependencyGroup, IConstruct, IDependable } from 'constructs';
import { singleton } from './stack-singleton';

/** Actions that change, replace or remove an object, or set the tags by which a lifecycle rule removes it. To restore one from an archive does neither. */
const WRITES = [
  's3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion',
  's3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags',
  's3:PutObjectAcl', 's3:PutObjectVersionAcl',
  's3:PutObjectTagging', 's3:PutObjectVersionTagging', 's3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging',
];

export interface ReservedPrefix {
  readonly prefix: string;
  /** Of its statement: letters and digits, and no other prefix of the bucket has it. */
  readonly sid: string;
  /** The roles of this construct that write below the prefix. */
  readonly writers: iam.IRole[];
}

export interface Reservation {
  /** The property that names the bucket. */
  readonly property: 'reportsBucket' | 'recordsBucket';
  readonly prefixes: ReservedPrefix[];
}

/**
 * Only the writers of a prefix may write below it: even an administrator's put is refused, so that what is there is what they wrote.
 *
 * The bucket's policy gets one statement for each prefix, and it names the writers of every construct that reserves the prefix: a statement for
 * each construct would deny the others. A construct may reserve more prefixes later.
 *
 * A policy that is not of the construct's own stack is left alone, since it could name the roles only in a circle; a warning shows what to add.
 *
 * @returns what must exist before the bucket is written to
 */
export function reservePrefixes(scope: Construct, bucket: s3.IBucket, reservation: Reservation): IDependable {
  const shared = SharedBuckets.of(scope).find(bucket);
  const use = { scope, bucket, ...reservation };
  scope.node.addValidation({ validate: () => shared.validate(use) });
  return shared.reserve(use);
}

interface Use extends Reservation {
  readonly scope: Construct;
  readonly bucket: s3.IBucket;
}

/** All buckets of an app whose prefixes are reserved. It is found in the construct tree, so two apps in one process do not share it. */
class SharedBuckets extends Construct {
  public static of(scope: Construct): SharedBuckets {
    const id = 'RootAccessBuckets';
    const { root } = scope.node;
    return singleton(root as Construct, id, () => new SharedBuckets(root as Construct, id));
  }

  private readonly buckets = new Map<string, SharedBucket>();

  /** By its name, since one that has a name may be imported beside. */
  public find(bucket: s3.IBucket): SharedBucket {
    const name = nameOf(bucket);
    const shared = this.buckets.get(name) ?? new SharedBucket();
    this.buckets.set(name, shared);
    return shared;
  }
}

class SharedBucket {
  private readonly uses: Use[] = [];
  /** By prefix: the stack that has the statement. */
  private readonly denied = new Map<string, { readonly stack: Stack; readonly policy: IDependable }>();
  private warned = false;

  public reserve(use: Use): IDependable {
    this.uses.push(use);
    const policies = use.prefixes.flatMap(({ prefix, sid }) => {
      this.deny(use, prefix, sid);
      const denied = this.denied.get(prefix);
      return denied && denied.stack === Stack.of(use.scope) ? [denied.policy] : [];
    });
    return new DependencyGroup(...policies, ...emptyingOf(use));
  }

  public validate(use: Use): string[] {
    this.warnOfUnmanaged();
    return [...this.conflicts(use), ...this.confusion(use), ...this.circles(use), ...versions(use)];
  }

  private deny({ scope, bucket }: Use, prefix: string, sid: string) {
    const stack = Stack.of(scope);
    if (this.denied.has(prefix) || Stack.of(bucket) !== stack) {
      return;
    }
    const statement = this.statement(bucket, prefix, sid, Lazy.any({
      produce: () => [...this.writers(prefix, stack).map(({ roleArn }) => roleArn), ...emptierOf(bucket)],
    }));
    const { statementAdded, policyDependable } = bucket.addToResourcePolicy(iam.PolicyStatement.fromJson(statement));
    if (statementAdded) {
      this.denied.set(prefix, { stack, policy: policyDependable! });
    }
  }

  private statement(bucket: s3.IBucket, prefix: string, sid: string, writers: unknown) {
    return {
      Sid: sid,
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: WRITES,
      Resource: bucket.arnForObjects(`${prefix}*`),
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': writers } },
    };
  }

  private writers(prefix: string, stack?: Stack): iam.IRole[] {
    const uses = this.uses.filter(({ scope }) => stack === undefined || Stack.of(scope) === stack);
    return [...new Set(uses.flatMap(({ prefixes }) => prefixes).filter((each) => each.prefix === prefix).flatMap((each) => each.writers))];
  }

  /** The constructs of one stack are in the policy, so it would deny those of another. */
  private conflicts({ scope, property, prefixes }: Use): string[] {
    const others = prefixes.flatMap(({ prefix }) => this.denied.get(prefix) ?? []).filter(({ stack }) => stack !== Stack.of(scope));
    return others.length === 0 ? [] : [
      `${property} is a bucket of stack '${others[0].stack.stackName}', whose policy lets only the constructs of that stack write below ${prefixes.map(({ prefix }) => prefix).join(' and ')}: `
      + 'move this construct into that stack, or give it another bucket',
    ];
  }

  private confusion({ property }: Use): string[] {
    return this.uses.every((use) => use.property === property) ? [] : [
      `${property} must not be both the reportsBucket of a sweep and the recordsBucket of runbooks: others read it and other things may be removed from it; give each a bucket of its own`,
    ];
  }

  /** The roles of a sweep come before the policy that names them, and the policy before each sweep: so no sweep can come before those roles. */
  private circles({ scope, property, prefixes }: Use): string[] {
    const isManaged = prefixes.some(({ prefix }) => this.denied.has(prefix));
    const others = this.uses
      .filter((use) => use.scope !== scope && use.property === 'reportsBucket' && Stack.of(use.scope) === Stack.of(scope));
    const before = isManaged && others.length > 0 ? dependenciesOf(scope) : [];
    const isAbove = (construct: IConstruct, use: Pick<Use, 'scope'>) => use.scope.node.scopes.includes(construct);
    const circle = before.find((construct) => others.some((use) => isAbove(construct, use)) && !isAbove(construct, { scope }));
    return circle === undefined ? [] : [
      `${property} is shared with '${circle.node.path}', on which this construct depends: the bucket's policy names the roles of both and has to be there before either writes, `
      + 'so leave out the dependency, or give this construct a bucket of its own',
    ];
  }

  private warnOfUnmanaged() {
    const unmanaged = this.uses.flatMap(({ prefixes }) => prefixes).filter(({ prefix }, i, all) => (
      !this.denied.has(prefix) && all.findIndex((each) => each.prefix === prefix) === i));
    if (unmanaged.length === 0 || this.warned) {
      return;
    }
    this.warned = true;
    const [{ bucket, property }] = this.uses;
    const stack = Stack.of(bucket);
    const emptier = emptierOf(bucket).map(() => '<ARN of the role of the function that empties the bucket>');
    const isElsewhere = this.uses
      .some(({ scope }) => Token.compareStrings(bucket.env.account, Stack.of(scope).account) === TokenComparison.DIFFERENT);
    const statements = unmanaged.map(({ prefix, sid }) => (
      this.statement(bucket, prefix, sid, [...this.writers(prefix).map((role) => `<ARN of the role ${role.node.path}>`), ...emptier])));
    Annotations.of(bucket).addWarningV2(`cdk-root-access:${property}Policy`,
      `the policy of ${property} ${bucket.node.path} is not managed by the stack that writes there: deny everybody but the ${property === 'reportsBucket' ? "sweep's" : "runbooks'"} roles `
      + `to write below ${unmanaged.map(({ prefix }) => stack.resolve(prefix)).map((prefix) => typeof prefix === 'string' ? prefix : JSON.stringify(prefix)).join(' and ')}. `
      + `Add to it, in one statement for all that write there: ${JSON.stringify(stack.resolve(statements))}`
      + (isElsewhere ? '. It is of another account, so it must also allow these roles what their own policies do' : ''));
  }
}

/** All that is deployed before a construct. */
function dependenciesOf(scope: Construct): IConstruct[] {
  const found = new Set<IConstruct>();
  const visit = (construct: IConstruct) => {
    const next = construct.node.scopes.flatMap(({ node }) => node.dependencies).filter((each) => !found.has(each));
    next.forEach((each) => found.add(each));
    next.flatMap((each) => each.node.findAll()).forEach(visit);
  };
  visit(scope);
  return [...found];
}

function nameOf(bucket: s3.IBucket): string {
  const name = (bucket.node.defaultChild as s3.CfnBucket | undefined)?.bucketName;
  return name === undefined || Token.isUnresolved(name) ? bucket.bucketName : name;
}

/** The resource by which the CDK empties a bucket before it deletes it, if the bucket is to be deleted that way. */
function emptying(bucket: s3.IBucket): Construct[] {
  return [bucket, bucket.node.defaultChild].flatMap((construct) => construct?.node.tryFindChild('AutoDeleteObjectsCustomResource') as Construct | undefined ?? []);
}

/** It refuses all writes before it begins, so what writes when the stack is deleted must have its turn before. */
function emptyingOf({ scope, bucket }: Use): Construct[] {
  return Stack.of(bucket) === Stack.of(scope) ? emptying(bucket) : [];
}

/** The role of the function that empties the bucket. */
function emptierOf(bucket: s3.IBucket): string[] {
  const emptier = Stack.of(bucket).node.tryFindChild('Custom::S3AutoDeleteObjectsCustomResourceProvider');
  return emptying(bucket).length > 0 && emptier instanceof CustomResourceProviderBase ? [emptier.roleArn] : [];
}

/** A record is written again, and what it was before must be found then. */
function versions({ property, bucket }: Use): string[] {
  const resource = bucket.node.defaultChild;
  if (property !== 'recordsBucket' || !(resource instanceof s3.CfnBucket)) {
    return [];
  }
  const { versioningConfiguration, objectLockEnabled } = Stack.of(resource).resolve({
    versioningConfiguration: resource.versioningConfiguration, objectLockEnabled: resource.objectLockEnabled,
  });
  return versioningConfiguration?.status === 'Enabled' || objectLockEnabled ? [] : [
    'recordsBucket must keep versions, since records are written again: make the bucket with versioned: true',
  ];
}

/**
 * That a bucket of the app can be used from a stack.
 *
 * @param property the one that names it
 */
export function checkBucket(scope: Construct, property: string, bucket: s3.IBucket) {
  const stack = Stack.of(scope);
  if (Token.compareStrings(bucket.env.region, stack.region) === TokenComparison.DIFFERENT) {
    throw new Error(`${property} must be in ${stack.region}, the Region of stack '${stack.stackName}', got a bucket in ${bucket.env.region}: give it a bucket of this Region`);
  }
  try {
    stack.resolve(bucket.bucketName);
  } catch {
    throw new Error(`${property} ${bucket.node.path} must have a name that stack '${stack.stackName}' can know, since it is, or may be, in another account: `
      + 'make the bucket with bucketName: PhysicalName.GENERATE_IF_NEEDED, or a name of yours');
  }
}
