import { actionOf, Call } from './call';
import { accessDenied } from './errors';
import { Organization } from './organization';

/** What an operation answers, before a protocol writes it. Undefined members are left out; a Map is IAM's list of keys and values. */
export type Value =
  | undefined | string | number | boolean | Date
  | readonly Value[] | ReadonlyMap<string, Value> | { readonly [member: string]: Value };

/** Undefined for an operation that answers nothing but its success. */
export type Result = { readonly [member: string]: Value } | undefined;

export type Operation = (call: Call, organization: Organization) => Result | Promise<Result>;
export type Operations = Readonly<Record<string, Operation>>;

/** Throws when the caller's own policies deny it. */
export async function permit(call: Call, { authorize }: Organization, resource = '*', context: Record<string, string> = {}): Promise<void> {
  const denial = await authorize({ caller: call.caller, action: actionOf(call), resource, context });
  if (denial !== undefined) throw accessDenied(denial);
}
