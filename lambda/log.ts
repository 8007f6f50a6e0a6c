import { Logger } from '@aws-lambda-powertools/logger';

/**
 * Structured logs. What is logged is named field by field: an event as a whole holds CloudFormation's ResponseURL, and an
 * answer of STS holds credentials.
 */
export const log = new Logger({ serviceName: 'cdk-root-access' });
