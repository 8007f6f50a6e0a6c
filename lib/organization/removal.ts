import { RemovalPolicy } from 'aws-cdk-lib';
import { Removal } from '../private/contract';

/** The two removal policies that a switch knows: the checks of properties let no other one pass. */
export const removalOf = (policy: RemovalPolicy): Removal => policy === RemovalPolicy.DESTROY ? 'destroy' : 'retain';
