import type { CdkCustomResourceEvent } from 'aws-lambda';
import { checkNoneOpen } from './check';
import { CLOSE_DOCUMENT_VARIABLE, CLOSER_VARIABLE, OPENER_VARIABLE } from '../../../../lib/session/contract';
import { cloudFormation, stepFunctions } from '../../../aws/clients';
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
  const { [CLOSER_VARIABLE]: closer, [OPENER_VARIABLE]: opener, [CLOSE_DOCUMENT_VARIABLE]: closeDocument } = process.env as Record<string, string>;
  await checkNoneOpen({ closer, opener, closeDocument }, aws);
  return {};
});
