import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Regions that no account has to opt in to. Others may be disabled in a member account, and STS refuses a session there. */
const ENABLED_BY_DEFAULT = [
  'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2', 'ca-central-1',
  'eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'sa-east-1', 'us-east-1', 'us-east-2', 'us-west-1', 'us-west-2',
];

/** The Region whose STS issues root sessions when nobody says which: that of the stack if it is enabled in every account. */
export function defaultStsRegion(scope: Construct): string {
  const { region } = Stack.of(scope);
  return !Token.isUnresolved(region) && ENABLED_BY_DEFAULT.includes(region) ? region : 'us-east-1';
}
