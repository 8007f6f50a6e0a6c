import { checkTarget } from '../../../lambda/session/target';

const MEMBER = '222222222222';
const OTHER = '333333333333';
const PROTECTED = `account ${MEMBER} is protected; nothing was changed`;
const NOT_AMONG = `account ${MEMBER} is not among the accounts of these runbooks; nothing was changed`;

describe('an account that a runbook is asked for', () => {
  test.each<[string, { accounts?: string[]; exclude?: string[] }, string[]]>([
    ['all accounts', {}, []],
    ['this account', { accounts: [OTHER, MEMBER] }, []],
    ['others that are excluded and protected', { exclude: [OTHER] }, [OTHER]],
  ])('is a target of runbooks for %s', (_which, { accounts, exclude = [] }, protectedAccounts) => {
    expect(() => checkTarget(MEMBER, { selection: { accounts, exclude }, protectedAccounts })).not.toThrow();
  });

  test.each<[string, { accounts?: string[]; exclude?: string[] }, string[], string]>([
    ['that protect it', {}, [OTHER, MEMBER], PROTECTED],
    ['that exclude it', { exclude: [OTHER, MEMBER] }, [], PROTECTED],
    ['that list it and protect it', { accounts: [MEMBER] }, [MEMBER], PROTECTED],
    ['for other accounts', { accounts: [OTHER] }, [], NOT_AMONG],
    ['for no accounts', { accounts: [] }, [], NOT_AMONG],
  ])('is no target of runbooks %s', (_which, { accounts, exclude = [] }, protectedAccounts, message) => {
    expect(() => checkTarget(MEMBER, { selection: { accounts, exclude }, protectedAccounts })).toThrow(expect.objectContaining({ name: 'TargetProtected', message }));
  });
});
