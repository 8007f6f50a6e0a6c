import { Annotations, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { accountsIn, policiesFor } from '../private/assume-root';
import { Selection } from '../private/contract';

/** Managed policies of a role: how many IAM allows, and how many at most on request. */
const USUAL_POLICIES = 10;
const MOST_POLICIES = 20;

/** A template holds a million bytes: this many policies of the runbooks, and seven state machines that know the accounts, too. */
const MOST_IN_TEMPLATE = 17;

/**
 * The accounts that IAM denies the roles of the runbooks: all that are excluded or protected, as long as the policies of a role hold so many. Beyond that, where
 * the accounts are listed, those in the list: nothing allows any other.
 */
export function deniedAccounts(scope: Construct, selection: Selection, protectedAccounts: string[]): string[] {
  const { accounts, exclude } = selection;
  const all = [...new Set([...exclude, ...protectedAccounts])];
  if (policiesFor({ accounts, exclude: all }) <= USUAL_POLICIES) {
    return all;
  }
  const denied = accounts === undefined ? all : all.filter((id) => accounts.some((listed) => mayBeSame(id, listed)));
  checkProtected(selection, denied, accounts === undefined ? MOST_IN_TEMPLATE : USUAL_POLICIES);
  const needed = policiesFor({ accounts, exclude: denied });
  if (needed > USUAL_POLICIES) {
    Annotations.of(scope).addWarningV2('cdk-root-access:managedPolicies',
      `protectedAccounts take ${needed} managed policies for each role of the runbooks, and IAM allows ${USUAL_POLICIES}: before you deploy, raise the quota 'Managed policies attached to an IAM role' (L-0DA4ABF3)`);
  }
  return denied;
}

/** Fails for more accounts than that many policies of a role hold. */
export function checkProtected({ accounts }: Selection, denied: string[], policies = MOST_POLICIES) {
  const most = accountsIn(policies - policiesFor({ accounts, exclude: [] }));
  if (denied.length > most) {
    throw new Error(`protectedAccounts must list at most ${most} accounts, those that the selection excludes and the management account included, got ${denied.length}: the managed policies of a role hold no more. Name the accounts that remain by AccountSelection.accounts: it allows no other`);
  }
}

/** A token stands for any account. */
const mayBeSame = (one: string, other: string) => one === other || Token.isUnresolved(one) || Token.isUnresolved(other);
