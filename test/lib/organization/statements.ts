import type { Template } from 'aws-cdk-lib/assertions';

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** The statements of the one policy whose logical id begins so. */
export function statementsOf(template: Template, logicalId: string): Statement[] {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith(logicalId));
  if (policies.length !== 1) {
    throw new Error(`${policies.length} policies begin with ${logicalId}`);
  }
  return policies[0][1].Properties.PolicyDocument.Statement;
}
