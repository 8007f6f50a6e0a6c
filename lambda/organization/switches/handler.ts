import type { CdkCustomResourceEvent } from 'aws-lambda';
import * as delegation from './delegation';
import * as features from './features';
import type { Answer, Aws } from './organization';
import {
  DELEGATION_RESOURCE_TYPE, FEATURES_RESOURCE_TYPE, type DelegationProperties, type FeaturesProperties, type SwitchesEnvironment,
} from '../../../lib/organization/contract';
import { cloudFormation, iam, organizations, sts } from '../../aws/clients';
import { environment, type LambdaEnvironment } from '../../aws/environment';
import { confirmRequest } from '../../aws/own-stack';
import { seconds } from '../../aws/patience';
import { answering } from '../../aws/provider';
import { isTakenBack } from '../../aws/rollback';
import { log } from '../../log';

interface Resource<P> {
  create(properties: P, aws: Aws): Promise<Answer>;
  update(properties: P, older: P, aws: Aws, physicalId: string): Promise<Answer>;
  remove(properties: P, physicalId: string, aws: Aws): Promise<void>;
}

const clients = { organizations: organizations(), iam: iam(), sts: sts(environment<LambdaEnvironment>().AWS_REGION) };
const stacks = cloudFormation();

/** Answers the CDK's Provider for every switch of the stack. */
export const handler = answering(async (event: CdkCustomResourceEvent): Promise<Partial<Answer>> => {
  const { RequestType, ResourceType, LogicalResourceId } = event;
  log.info('request', { RequestType, ResourceType, LogicalResourceId });
  switch (ResourceType) {
    case FEATURES_RESOURCE_TYPE: return act<FeaturesProperties>(features, event);
    case DELEGATION_RESOURCE_TYPE: return act<DelegationProperties>(delegation, event);
    default: throw new Error(`unknown resource type ${ResourceType}`);
  }
});

async function act<P>(resource: Resource<P>, event: CdkCustomResourceEvent): Promise<Partial<Answer>> {
  await confirmRequest(stacks, event);
  const properties = propertiesOf<P>(event);
  const isMade = event.RequestType !== 'Create';
  const aws: Aws = {
    ...clients,
    patience: seconds(60),
    isRollingBack: async () => isMade && isTakenBack(stacks, event),
  };
  switch (event.RequestType) {
    case 'Create': return resource.create(properties, aws);
    case 'Update': return resource.update(properties, event.OldResourceProperties as unknown as P, aws, event.PhysicalResourceId);
    case 'Delete':
      await resource.remove(properties, event.PhysicalResourceId, aws);
      return {};
  }
}

/**
 * The properties in the template, which are in the environment. Those in a request are not trusted, since any principal that can invoke the function can send
 * one. Only for a switch that is removed from the stack, and for an account that is replaced, the request alone has the properties.
 */
function propertiesOf<P>({ RequestType, LogicalResourceId, ResourceProperties }: CdkCustomResourceEvent): P {
  const switches = JSON.parse(environment<SwitchesEnvironment>().SWITCHES) as Record<string, object>;
  const own = switches[LogicalResourceId];
  if (own === undefined && RequestType !== 'Delete') {
    throw new Error(`this function works no switch ${LogicalResourceId}: deploy the stack again`);
  }
  return { ...ResourceProperties, ...own } as unknown as P;
}
