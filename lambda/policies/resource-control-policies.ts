import { type Cause, denialsOf, judge, type Level, type Policy, type PolicyType, type Request, type Target } from './judge';
import type { Truth } from './patterns';

export const RESOURCE_CONTROL_POLICY: PolicyType = 'RESOURCE_CONTROL_POLICY';

/**
 * Services that resource control policies reach, of those that root sessions call (Organizations user guide, "List of AWS services that support RCPs"): never IAM.
 * They reach STS, too, and AWS does not say whether AssumeRoot is among its calls.
 */
const REACHED = ['s3', 'sqs'];

/**
 * Whether resource control policies apply to a call: to one on a bucket or a queue. Of a call on no resource, such as ListAllMyBuckets, of AssumeRoot, and
 * of any call it is not known.
 */
export function reached({ action, resource }: Pick<Request, 'action' | 'resource'>): Truth {
  const service = action.split(':')[0];
  return service === 'iam' ? 'no' : REACHED.includes(service) && resource !== '*' ? 'yes' : 'unknown';
}

/** Why one policy of either type denies a call, or may deny it. */
export function denialsBy(policy: Policy, target: Target, request: Request): Cause[] {
  return policy.type === RESOURCE_CONTROL_POLICY ? asFarAsReached(request, denialsOf(policy, target, request)) : denialsOf(policy, target, request);
}

/** Why policies of one type deny a call, or may deny it: at any level above an account. Those that surely deny it come first. */
export function causesAmong(levels: readonly Level[], type: PolicyType, request: Request): readonly Cause[] {
  const { causes } = judge(levels, request);
  return type === RESOURCE_CONTROL_POLICY ? asFarAsReached(request, causes) : causes;
}

function asFarAsReached(request: Request, causes: readonly Cause[]): Cause[] {
  switch (reached(request)) {
    case 'yes': return [...causes];
    case 'no': return [];
    case 'unknown': return causes.map((cause) => ({ ...cause, judgement: 'cannot tell' }));
  }
}
