import { checkResource, checkTarget } from '../../../lambda/session/target';

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

describe('a bucket or a queue that a runbook is asked for', () => {
  const ARN = 'arn:aws:sqs:eu-west-1:222222222222:orders';
  const settings = (...protectedResources: string[]) => (
    { selection: { exclude: [] }, protectedAccounts: [], protectedResources, allowReplacement: false });

  test.each([[ARN], ['orders'], ['other', 'orders']])('is no target when %s is protected', (...names) => {
    expect(() => checkResource(ARN, 'orders', settings(...names))).toThrow(expect.objectContaining({
      name: 'TargetProtected', message: `${ARN} is protected; nothing was changed`,
    }));
  });

  test.each([[], ['order'], [`${ARN}2`]])('is one when only %s is protected', (...names) => {
    expect(() => checkResource(ARN, 'orders', settings(...names))).not.toThrow();
  });
});
