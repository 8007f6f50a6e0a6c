import { CREDENTIAL_KINDS, type CredentialKind } from '../../../lib/private/contract';
import { APPROVAL, LIMITS, PASSWORD_RECOVERIES, PLAN, type KeptCredentials, type SweepSettings, USE_WINDOW } from '../../../lib/sweep/contract';
import { failure } from '../../aws/errors';

type Settings = Partial<Pick<SweepSettings, 'work' | 'selection' | 'credentials' | 'protection' | 'limits' | 'plan' | 'approvalHours'>>;

/** Protections from before an update that it removes. */
interface LetGo {
  readonly text: string;
  /** Each of these in `release` lets go of it on purpose. */
  readonly releasedBy: string[];
}

const MOST_NAMED = 10;

/** Fails for an update of a purge that lets go of a protection and does not say so. Values are what CloudFormation makes of them: scalars are strings. */
export function checkNothingIsLetGo(older: Settings, newer: Settings, release: readonly string[] = []) {
  const lost = newer.work === 'audit' ? [] : LOST_IN.flatMap((part) => part(older, newer));
  const silently = lost.filter(({ releasedBy }) => !releasedBy.some((name) => release.includes(name)));
  if (silently.length === 0) {
    return;
  }
  const named = silently.slice(0, MOST_NAMED).map(({ text }) => text);
  const more = silently.length > MOST_NAMED ? [`and ${silently.length - MOST_NAMED} more`] : [];
  const names = [...new Set(silently.map(({ releasedBy: [name] }) => name))].slice(0, MOST_NAMED).map((name) => JSON.stringify(name).replaceAll('"', "'"));
  throw failure('ProtectionLetGo', `this update lets go of what was protected, so nothing was looked at: ${[...named, ...more].join('; ')}. `
    + `Put it back; or, to let go of it on purpose, deploy with release: [${names.join(', ')}${more.length > 0 ? ', …' : ''}]`);
}

/** Accounts that no list excludes any more, unless they are not selected at all. */
function exclusions({ selection: older }: Settings, { selection: newer }: Settings): LetGo[] {
  return without(older?.exclude, newer?.exclude)
    .filter((account) => newer?.accounts === undefined || newer.accounts.includes(account))
    .map((account) => ({ text: `exclude has no longer ${account}`, releasedBy: [account] }));
}

function keepRules({ protection: older }: Settings, newer: Settings): LetGo[] {
  return (older?.keep ?? []).flatMap((rule) => {
    const lost = (rule.accounts ?? [undefined]).map((account) => {
      const kinds = (rule.credentials ?? CREDENTIAL_KINDS).filter((kind) => !isKept(account, kind, newer));
      return { account, kinds };
    }).filter(({ kinds }) => kinds.length > 0);
    return lost.map(({ account, kinds }) => ({
      text: `keep has no longer ${kinds.join(', ')} ${account === undefined ? 'of all accounts' : `of ${account}`} ('${rule.reason}')`,
      releasedBy: [...account === undefined ? [] : [account], rule.reason],
    }));
  });
}

/** Whether credentials of a kind stay in an account, or in all where none is named: by a rule, or because nothing deletes them. */
function isKept(account: string | undefined, kind: CredentialKind, { selection, credentials = [], protection }: Settings): boolean {
  const isUntouched = account !== undefined && (
    selection?.exclude?.includes(account) || (selection?.accounts !== undefined && !selection.accounts.includes(account)));
  const covers = ({ accounts, credentials: kinds }: KeptCredentials) => (
    (accounts === undefined || (account !== undefined && accounts.includes(account))) && (kinds === undefined || kinds.includes(kind)));
  return isUntouched || !credentials.includes(kind) || (protection?.keep ?? []).some(covers);
}

function window({ protection: older }: Settings, { protection: newer, credentials = [] }: Settings): LetGo[] {
  const [before, after] = [Number(older?.usedWithinSeconds ?? 0), Number(newer?.usedWithinSeconds ?? 0)];
  const days = (length: number) => (length === 0 ? 'gone' : `${length / 86_400} days`);
  return after >= before || credentials.length === 0 ? [] : [
    { text: `keepIfUsedWithin was ${days(before)} and is ${days(after)}`, releasedBy: [USE_WINDOW] },
  ];
}

function recoveries({ protection: older }: Settings, { protection: newer }: Settings): LetGo[] {
  return older?.recoveriesBucket === undefined || older.recoveriesBucket === newer?.recoveriesBucket ? [] : [
    { text: 'passwordRecoveries has no longer the records that it had', releasedBy: [PASSWORD_RECOVERIES] },
  ];
}

/** A limit that is raised, or said to be none, is seen in a review; one that is missing is not. */
const limits = ({ limits: older = {} }: Settings, { limits: newer = {} }: Settings): LetGo[] => (
  (['credentials', 'accounts'] as const).filter((what) => older[what] !== undefined && newer[what] === undefined && !isSet(newer.none)).map((what) => (
    { text: `limits had ${older[what]} ${what} and has none`, releasedBy: [LIMITS] })));

const isSet = (flag: unknown) => String(flag) === 'true';

const plan = ({ plan: older }: Settings, { plan: newer }: Settings): LetGo[] => (
  older === undefined || newer !== undefined ? [] : [{ text: 'plan is gone, which limited what is deleted', releasedBy: [PLAN] }]);

const approval = ({ approvalHours: older }: Settings, { approvalHours: newer }: Settings): LetGo[] => (
  older === undefined || newer !== undefined ? [] : [{ text: 'approval is gone, which a plan needed', releasedBy: [APPROVAL] }]);

const LOST_IN = [exclusions, keepRules, window, recoveries, limits, plan, approval];

const without = (list: readonly string[] = [], others: readonly string[] = []) => [...new Set(list)].filter((item) => !others.includes(item));
