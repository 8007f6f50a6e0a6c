import { Duration, Token } from 'aws-cdk-lib';
import { KeptCredentials, Protection, SweepSettings } from './contract';
import { KeepRule, RootCredentialsProtection } from './protection';
import { RootCredential } from './root-credential';
import { CredentialKind, Selection } from '../private/contract';
import { checkAccountId } from '../private/validate';

/** A longer list is a sign that the accounts belong into a unit of their own, and has to fit a state machine's definition. */
const MOST_ACCOUNTS = 500;
const MOST_RULES = 100;
const LONGEST_REASON = 200;

/** AWS shows a use with some delay. */
const SHORTEST_WINDOW = Duration.days(1);
const LONGEST_WINDOW = Duration.days(3_650);

export const NO_PROTECTION: Protection = { keep: [], keepCertificates: false };

/**
 * What is kept, as the sweep reads it.
 *
 * @param named kinds that are to be deleted, if they were named
 */
export function protectionOf(protection: RootCredentialsProtection, named: RootCredential[] = []): Protection {
  const { keepIfUsedWithin, keep = [], passwordRecoveries } = protection;
  checkWindow(keepIfUsedWithin);
  checkRules(keep);
  return {
    keep: keep.map(kept),
    usedWithinSeconds: keepIfUsedWithin?.toSeconds(),
    keepCertificates: keepIfUsedWithin !== undefined && !named.includes(RootCredential.SIGNING_CERTIFICATE),
    recoveriesBucket: passwordRecoveries?.bucket.bucketName,
  };
}

const kept = ({ accounts, credentials, reason }: KeepRule): KeptCredentials => ({
  accounts, credentials: credentials as string[] | undefined as CredentialKind[] | undefined, reason,
});

/** A rule for an account that is not among the selected ones is more likely a mistake than a precaution. */
export function checkKeptAreSelected({ keep }: Protection, { accounts: selected }: Selection) {
  if (selected === undefined || selected.some((id) => Token.isUnresolved(id))) {
    return;
  }
  keep.forEach(({ accounts = [] }, i) => accounts.forEach((id, j) => {
    if (!Token.isUnresolved(id) && !selected.includes(id)) {
      throw new Error(`keep[${i}].accounts[${j}] must be one of the accounts that AccountSelection.accounts lists, got '${id}'`);
    }
  }));
}

/** Whether rules keep all that a purge would delete. */
export function keepsEverything({ protection, selection: { accounts: selected }, credentials }: SweepSettings): boolean {
  const ofAll = protection.keep.filter(({ accounts }) => accounts === undefined || selected?.every((id) => accounts.includes(id)));
  return credentials.every((kind) => ofAll.some((rule) => rule.credentials === undefined || rule.credentials.includes(kind)));
}

function checkWindow(window?: Duration) {
  if (window === undefined || window.isUnresolved()) {
    return;
  }
  const seconds = window.toSeconds({ integral: false });
  if (seconds < SHORTEST_WINDOW.toSeconds() || seconds > LONGEST_WINDOW.toSeconds()) {
    throw new Error(`keepIfUsedWithin must be from 1 day to 3,650 days, got ${window.toHumanString()}`);
  }
}

function checkRules(rules: KeepRule[]) {
  if (rules.length > MOST_RULES) {
    throw new Error(`keep must have at most ${MOST_RULES} rules, got ${rules.length}: name several accounts in one rule`);
  }
  rules.forEach((rule, i) => checkRule(`keep[${i}]`, rule));
  const count = rules.reduce((sum, { accounts = [] }) => sum + accounts.length, 0);
  if (count > MOST_ACCOUNTS) {
    throw new Error(`keep must name at most ${MOST_ACCOUNTS} accounts in all rules together, got ${count}: exclude their organizational unit from the selection instead`);
  }
}

function checkRule(name: string, { accounts, credentials, reason }: KeepRule) {
  if (accounts === undefined && credentials === undefined) {
    throw new Error(`${name} must name accounts or credentials, got neither: it would keep everything`);
  }
  if (Token.isUnresolved(accounts)) {
    throw new Error(`${name}.accounts must be a list that is known at synth (its items may be tokens)`);
  }
  for (const [property, list] of Object.entries({ accounts, credentials })) {
    if (list?.length === 0) {
      throw new Error(`${name}.${property} must not be an empty list, which would keep nothing; leave it out for all`);
    }
  }
  accounts?.forEach((id, i) => checkAccountId(`${name}.accounts[${i}]`, id));
  if (!Token.isUnresolved(reason) && (reason.trim() === '' || reason.length > LONGEST_REASON || /\p{Cc}|\p{Zl}|\p{Zp}/u.test(reason))) {
    throw new Error(`${name}.reason must be 1 to ${LONGEST_REASON} characters without line breaks or other control characters, got ${JSON.stringify(reason.slice(0, 300))}`);
  }
}
