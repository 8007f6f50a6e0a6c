import type { CdkCustomResourceEvent } from 'aws-lambda';
import { DELEGATION_RESOURCE_TYPE, FEATURES_RESOURCE_TYPE, type DelegationProperties, type FeaturesProperties } from '../../../lib/private/contract';
import { cloudFormation, iam, organizations, sts } from '../../aws/clients';
import { withoutStack } from '../../aws/errors';
import { seconds } from '../../aws/patience';
import { isRollingBack } from '../../aws/rollback';
import { log } from '../../log';
import * as delegation from '../delegation';
import * as features from '../features';
import type { Answer, Aws } from '../organization';

interface Resource<P> {
  create(properties: P, aws: Aws): Promise<Answer>;
  update(properties: P, older: P, aws: Aws, physicalId: string): Promise<Answer>;
  remove(properties: P, physicalId: string, aws: Aws): Promise<void>;
}

const clients = { organizations: organizations(), iam: iam(), sts: sts(process.env.AWS_REGION!) };
const stacks = cloudFormation();

/** Answers the CDK's Provider for every switch of the stack. */
export async function handler(event: CdkCustomResourceEvent): Promise<Partial<Answer>> {
  const { RequestType, ResourceType, LogicalResourceId } = event;
  log.info('request', { RequestType, ResourceType, LogicalResourceId });
  try {
    return await dispatch(event);
  } catch (error) {
    log.error('request failed', { RequestType, ResourceType, LogicalResourceId, error });
    throw withoutStack(error);
  }
}

async function dispatch(event: CdkCustomResourceEvent): Promise<Partial<Answer>> {
  switch (event.ResourceType) {
    case FEATURES_RESOURCE_TYPE: return act<FeaturesProperties>(features, event);
    case DELEGATION_RESOURCE_TYPE: return act<DelegationProperties>(delegation, event);
    default: throw new Error(`unknown resource type ${event.ResourceType}`);
  }
}

async function act<P>(resource: Resource<P>, event: CdkCustomResourceEvent): Promise<Partial<Answer>> {
  const properties = event.ResourceProperties as unknown as P;
  const aws: Aws = { ...clients, patience: seconds(60), isRollingBack: () => isRollingBack(stacks, event.StackId) };
  switch (event.RequestType) {
    case 'Create': return resource.create(properties, aws);
    case 'Update': return resource.update(properties, event.OldResourceProperties as unknown as P, aws, event.PhysicalResourceId);
    case 'Delete':
      await resource.remove(properties, event.PhysicalResourceId, aws);
      return {};
  }
}
