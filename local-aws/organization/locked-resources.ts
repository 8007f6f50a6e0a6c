import { Timeline } from './timeline';

export interface ResourceInit {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** The exact text of the policy; absent for none. */
  readonly policy?: string;
}

/** A bucket or a queue in a member account, as far as its policy goes. */
export class FakeResource {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly policies: Timeline<string | undefined>;

  constructor({ name, account, region, policy }: ResourceInit, clock: () => number) {
    this.name = name;
    this.account = account;
    this.region = region;
    this.policies = new Timeline(clock, policy);
  }

  get policy(): string | undefined { return this.policies.current; }
  set policy(policy) { this.policies.current = policy; }
}

/** Nobody but the root user of its account gets by such a policy. Only what is written for everybody is understood: `"Principal": "*"`. */
export function deniesEverybody(policy: string | undefined): boolean {
  const { Statement: statements = [] } = JSON.parse(policy ?? '{}') as { Statement?: Statement | Statement[] };
  return [statements].flat().some(({ Effect, Principal }) => Effect === 'Deny' && (typeof Principal === 'object' ? Principal.AWS : Principal) === '*');
}

interface Statement {
  readonly Effect: string;
  readonly Principal?: string | { readonly AWS?: string };
}
