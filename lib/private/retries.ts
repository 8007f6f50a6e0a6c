import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';

/** What Lambda answers when it is not the function's fault. The CDK's own list lacks the first. */
const LAMBDA_ERRORS = [
  'TooManyRequestsException', 'ServiceException', 'AWSLambdaException', 'SdkClientException', 'ClientExecutionTimeoutException',
].map((name) => `Lambda.${name}`);

/** Lambda's throttling lasts as long as other functions of the account are busy. */
export const PATIENTLY: sfn.RetryProps = {
  errors: LAMBDA_ERRORS,
  interval: Duration.seconds(1),
  maxAttempts: 8,
  backoffRate: 2,
  maxDelay: Duration.seconds(60),
  jitterStrategy: sfn.JitterType.FULL,
};

/** For a function that died, and not for one that says no: it is begun again, and goes on from what it finds. */
export const IF_IT_DIED: sfn.RetryProps = {
  errors: ['Lambda.Unknown', 'Sandbox.Timedout', 'Runtime.ExitError'],
  interval: Duration.seconds(5),
  maxAttempts: 2,
  backoffRate: 2,
  jitterStrategy: sfn.JitterType.FULL,
};
