import { withoutStack } from './errors';
import { log } from '../log';

/** The resource, as a request describes it. Any principal that may invoke the function can send one. */
interface Request {
  readonly RequestType: string;
  readonly ResourceType?: string;
  readonly LogicalResourceId: string;
}

/** A function that the CDK's Provider asks: a failure reaches CloudFormation in a form that fits. */
export function answering<Event extends Request, Answer>(answer: (event: Event) => Promise<Answer>): (event: Event) => Promise<Answer> {
  return async (event) => {
    try {
      return await answer(event);
    } catch (error) {
      const { RequestType, ResourceType, LogicalResourceId } = event;
      log.error('request failed', { RequestType, ResourceType, LogicalResourceId, error });
      throw withoutStack(error);
    }
  };
}
