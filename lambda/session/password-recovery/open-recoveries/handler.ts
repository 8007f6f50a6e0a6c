import type { CdkCustomResourceEvent } from 'aws-lambda';
import { checkNoneOpen } from './check';
import type { OpenRecoveriesEnvironment } from '../../../../lib/session/contract';
import { cloudFormation, stepFunctions } from '../../../aws/clients';
import { environment } from '../../../aws/environment';
import { confirmRequest } from '../../../aws/own-stack';
import { answering } from '../../../aws/provider';
import { log } from '../../../log';
import { recoveryStore } from '../functions';

const aws = { store: recoveryStore(), stepFunctions: stepFunctions() };
const stacks = cloudFormation();

/** Answers the CDK's Provider: it fails a deletion while a password recovery is open. It changes nothing. */
export const handler = answering(async (event: CdkCustomResourceEvent): Promise<object> => {
  const { RequestType, LogicalResourceId } = event;
  log.info('request', { RequestType, LogicalResourceId });
  if (RequestType !== 'Delete') {
    return {};
  }
  await confirmRequest(stacks, event);
  const { CLOSER_STATE_MACHINE_ARN, ALLOW_STATE_MACHINE_ARN, CLOSE_DOCUMENT } = environment<OpenRecoveriesEnvironment>();
  await checkNoneOpen({ closer: CLOSER_STATE_MACHINE_ARN, opener: ALLOW_STATE_MACHINE_ARN, closeDocument: CLOSE_DOCUMENT }, aws);
  return {};
});
