import type { Scope } from './signature';
import type { Action, WireRequest } from '../wire';

/** What a request does, in the words of IAM's service authorization reference. */
export type NamedAction = Omit<Action, 'caller'>;

/** A request on its way to its name; the body is empty where the resource is in the path. */
export interface UnnamedRequest extends WireRequest {
  readonly scope: Scope;
  readonly accountId: string;
}
