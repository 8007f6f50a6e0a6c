import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Level } from '../../../lambda/policies/judge';

const ACCOUNT = '333333333333';
const ADMINISTRATOR = { name: 'root', policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } };

export const FULL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

export interface Simulated {
  readonly action: string;
  readonly resource: string;
  /** Keys as IAM writes them; those that are missing are absent from the request. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Whether an independent evaluator of IAM policies lets the root user of an account do something below these levels. */
export async function isAllowed(levels: readonly Level[], { action, resource, context }: Simulated): Promise<boolean> {
  const decision = await runSimulation({
    request: { principal: `arn:aws:iam::${ACCOUNT}:root`, action, resource: { resource, accountId: ACCOUNT }, contextVariables: context as Record<string, string | string[]> },
    identityPolicies: [ADMINISTRATOR],
    serviceControlPolicies: levels.map(({ target, policies }) => ({
      orgIdentifier: target.id, policies: policies.map(({ name, content }) => ({ name, policy: JSON.parse(content) as unknown })),
    })),
    resourceControlPolicies: [],
  }, {});
  if (decision.resultType === 'error') {
    throw new Error(JSON.stringify(decision.errors));
  }
  return decision.overallResult === 'Allowed';
}

/** A root and an account below it, each with AWS's own policy and these. */
export function levelsOf(atRoot: readonly object[], atAccount: readonly object[], full = { root: true, account: true }): Level[] {
  const policies = (documents: readonly object[], isFull: boolean) => [...isFull ? [FULL] : [], ...documents].map((document, i) => (
    { id: `p-${i}`, name: `policy ${i}`, awsManaged: document === FULL, content: JSON.stringify(document) }));
  return [
    { target: { id: 'r-fake', type: 'ROOT' }, policies: policies(atRoot, full.root) },
    { target: { id: ACCOUNT, type: 'ACCOUNT' }, policies: policies(atAccount, full.account) },
  ];
}
