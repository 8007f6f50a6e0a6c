import { Annotations, Stage, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { compare, identitiesOf, Sameness } from './principal-identity';

interface Granted {
  readonly runbook: Construct;
  readonly principal: iam.IPrincipal;
}

/**
 * Principals that may start runbooks that need an approval, and those that may approve, in a whole app: no principal may do both. IAM cannot keep an approver to
 * one state machine, so it is not enough that it holds for each runbook, or for those of one construct.
 *
 * It is found in the construct tree, so two apps in one process do not share it. It is checked at synth, when all grants have been made.
 */
export class StartersAndApprovers extends Construct {
  public static of(scope: Construct): StartersAndApprovers {
    const id = 'RootSessionPrincipals';
    const { root } = scope.node;
    return (root.node.tryFindChild(id) ?? new StartersAndApprovers(root as Construct, id)) as StartersAndApprovers;
  }

  private readonly starters: Granted[] = [];
  private readonly approvers: Granted[] = [];
  /** Stages are synthesized one by one, and each of them must fail. */
  private readonly stages = new Set<Construct>();
  private readonly warned = new Set<string>();

  public addStarter(runbook: Construct, { grantPrincipal }: iam.IGrantable) {
    this.starters.push({ runbook, principal: grantPrincipal });
    this.checkIn(runbook);
  }

  public addApprover(runbook: Construct, { grantPrincipal }: iam.IGrantable) {
    this.approvers.push({ runbook, principal: grantPrincipal });
    this.checkIn(runbook);
  }

  private checkIn(runbook: Construct) {
    const stage = Stage.of(runbook) ?? this.node.root;
    if (!this.stages.has(stage as Construct)) {
      this.stages.add(stage as Construct);
      stage.node.addValidation({ validate: () => this.check() });
    }
  }

  private check(): string[] {
    const pairs = this.starters.flatMap((starter) => this.approvers
      .map((approver) => ({ starter, approver, sameness: sameness(starter, approver) })));
    pairs.filter((pair) => pair.sameness === 'unknown').forEach(({ starter, approver }) => this.warn(starter, approver));
    return [...new Set(pairs.filter((pair) => pair.sameness === 'same').map(({ starter, approver }) => (
      `${both(starter, approver)} must not be given both grantStart and grantApprove: who starts a runbook does not approve it`)))];
  }

  private warn(starter: Granted, approver: Granted) {
    const message = `it is not known before the deployment whether ${named(starter)}, who may start runbooks, and ${named(approver)}, who may approve them, can be the same: see to it that they are not`;
    if (!this.warned.has(message)) {
      this.warned.add(message);
      Annotations.of(starter.runbook).addWarningV2('cdk-root-access:starterMayApprove', message);
    }
  }
}

function sameness(starter: Granted, approver: Granted): Sameness {
  if (starter.principal === approver.principal) {
    return 'same';
  }
  const [starts, approves] = [starter, approver].map(({ runbook, principal }) => identitiesOf(runbook, principal));
  const found = new Set(starts?.flatMap((one) => approves?.map((other) => compare(one, other)) ?? 'unknown') ?? ['unknown']);
  return found.has('same') ? 'same' : found.has('unknown') ? 'unknown' : 'different';
}

function named({ runbook, principal }: Granted): string {
  const name = `${principal}`;
  return Token.isUnresolved(name) ? `the principal of a grant of ${runbook.node.path}` : `'${name}'`;
}

function both(starter: Granted, approver: Granted): string {
  const names = [...new Set([starter, approver].map(named))];
  return names.length === 1 ? names[0] : `${names.join(' and ')} are one principal, which`;
}
