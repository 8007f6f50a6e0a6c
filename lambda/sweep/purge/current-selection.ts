import { DescribeAccountCommand, paginateListParents, type OrganizationsClient } from '@aws-sdk/client-organizations';
import { incompleteAnswer } from '../../aws/errors';
import { everyItem } from '../../aws/pages';

/** Whether accounts are still what was selected when a plan comes to be carried out: hours or days may have passed. */
export class CurrentSelection {
  private readonly parents = new Map<string, Promise<string | undefined>>();

  constructor(private readonly client: OrganizationsClient, private readonly units: readonly string[] | undefined) {}

  /** Why an account is not to be touched any more, or nothing. */
  async reasonToLeave(accountId: string): Promise<string | undefined> {
    const [state, isBelow] = await Promise.all([this.stateOf(accountId), this.units === undefined || this.isBelow(accountId, this.units)]);
    if (state !== 'ACTIVE') {
      return `its state is ${state} now, not ACTIVE`;
    }
    return isBelow ? undefined : 'it has left the organizational units that are selected';
  }

  private async stateOf(AccountId: string): Promise<string> {
    const { Account } = await this.client.send(new DescribeAccountCommand({ AccountId }));
    return Account?.State ?? Account?.Status ?? 'unknown'; // AWS is replacing Status by State, and sends one or both
  }

  private async isBelow(id: string, units: readonly string[]): Promise<boolean> {
    const parent = await this.parentOf(id);
    return parent !== undefined && (units.includes(parent) || this.isBelow(parent, units));
  }

  /** Accounts share the units above them, which are read once. */
  private parentOf(id: string): Promise<string | undefined> {
    const known = this.parents.get(id) ?? this.readParent(id);
    this.parents.set(id, known);
    return known;
  }

  private async readParent(ChildId: string): Promise<string | undefined> {
    if (ChildId.startsWith('r-')) {
      return undefined;
    }
    const [parent] = await everyItem('organizations:ListParents', paginateListParents({ client: this.client }, { ChildId }), ({ Parents }) => Parents);
    if (parent?.Id === undefined) {
      throw incompleteAnswer('organizations:ListParents', 'a parent');
    }
    return parent.Id;
  }
}
