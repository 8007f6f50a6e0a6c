import { RemovalPolicy } from 'aws-cdk-lib';
import { Removal } from '../private/contract';

/** The two removal policies that a switch knows. */
export function removalOf(policy: RemovalPolicy): Removal {
  switch (policy) {
    case RemovalPolicy.RETAIN: return 'retain';
    case RemovalPolicy.DESTROY: return 'destroy';
    default: throw new Error(`removalPolicy must be RemovalPolicy.RETAIN or RemovalPolicy.DESTROY, got '${policy}'`);
  }
}
