import type { CdkCustomResourceEvent } from 'aws-lambda';
import { NOTHING, shortened } from './findings';
import { preflight } from './preflight';
import type { GuardrailPreflightProperties } from '../../../lib/guardrail/contract';
import { cloudFormation, organizations } from '../../aws/clients';
import { confirmRequest, ownStackId } from '../../aws/own-stack';
import { seconds } from '../../aws/patience';
import { answering } from '../../aws/provider';
import { isRollingBack } from '../../aws/rollback';
import { log } from '../../log';

interface Answer {
  readonly PhysicalResourceId?: string;
  readonly Data?: { readonly Findings: string };
}

const aws = { organizations: organizations(), patience: seconds(60) };
const stacks = cloudFormation();

/** Handles requests of the CDK's Provider. It changes nothing, so a delete and a rollback have nothing to do. */
export const handler = answering(async (event: CdkCustomResourceEvent): Promise<Answer> => {
  const { RequestType, LogicalResourceId } = event;
  log.info('request', { RequestType, LogicalResourceId });
  await confirmRequest(stacks, event);
  if (event.RequestType === 'Delete') {
    return {};
  }
  const properties = event.ResourceProperties as unknown as GuardrailPreflightProperties;
  const PhysicalResourceId = event.RequestType === 'Create' ? `preflight/${event.LogicalResourceId}` : event.PhysicalResourceId;
  if (event.RequestType === 'Update' && await isRollingBack(stacks, ownStackId())) {
    return { PhysicalResourceId, Data: { Findings: NOTHING } }; // a failure would leave the stack in UPDATE_ROLLBACK_FAILED
  }
  const older = event.RequestType === 'Update' ? event.OldResourceProperties as unknown as GuardrailPreflightProperties : undefined;
  const findings = await preflight(properties, older, aws);
  findings.forEach((finding) => log.warn('finding', { finding }));
  return { PhysicalResourceId, Data: { Findings: shortened(findings) } };
});
