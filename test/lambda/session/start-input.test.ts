import { parseInput, refused } from '../../../lambda/session/start-input';

const FIELDS = {
  bucketName: { pattern: /^[a-z]{3,9}$/, allowed: 'the name of a bucket' },
  hours: { pattern: /^[1-9]$/, allowed: 'a whole number of hours', optional: true },
} as const;

const GIVEN = { accountId: '222222222222', reason: 'ticket 4711', bucketName: 'locked' };

const problemOf = (input: unknown): string => {
  try {
    return `accepted: ${JSON.stringify(parseInput(input, FIELDS))}`;
  } catch (error) {
    expect(error).toMatchObject({ name: 'InputRefused', message: expect.stringMatching(/^the input of the execution is refused: .*; nothing was changed$/s) });
    return (error as Error).message.replace(/^the input of the execution is refused: (.*); nothing was changed$/s, '$1');
  }
};

describe('the input of an execution', () => {
  test('is read, key by key', () => {
    expect(parseInput({ ...GIVEN, hours: '4', dryRun: 'true' }, FIELDS)).toEqual({ ...GIVEN, hours: '4', dryRun: true });
  });

  test('may leave out what is optional', () => {
    expect(parseInput(GIVEN, FIELDS)).toEqual({ ...GIVEN, hours: undefined, dryRun: false });
  });

  test('may have an optional text that is empty, as documents pass it', () => {
    expect(parseInput({ ...GIVEN, hours: '', dryRun: '' }, FIELDS)).toEqual({ ...GIVEN, hours: undefined, dryRun: false });
    expect(parseInput({ ...GIVEN, hours: null }, FIELDS)).toEqual({ ...GIVEN, hours: undefined, dryRun: false });
  });

  test.each<[unknown, boolean]>([['true', true], ['True', true], ['TRUE', true], [true, true], ['false', false], ['False', false], [false, false]])('dryRun %j is %s', (dryRun, expected) => {
    expect(parseInput({ ...GIVEN, dryRun }, FIELDS).dryRun).toBe(expected);
  });

  test.each<[unknown, string]>([
    [undefined, 'undefined'], [null, 'null'], ['text', '"text"'], [42, '42'], [[GIVEN], JSON.stringify([GIVEN])],
  ])('must be an object: %j', (input, shown) => {
    expect(problemOf(input)).toBe(`it must be an object, got ${shown}`);
  });

  test('with keys that are not known is refused, and says which ones are allowed', () => {
    expect(problemOf({ ...GIVEN, protect: 'x', Reason: 'y' })).toBe("it has unknown keys 'protect', 'Reason'; allowed are accountId, reason, dryRun, bucketName, hours");
    expect(problemOf({ ...GIVEN, toString: 'x' })).toMatch(/^it has unknown keys 'toString';/);
  });

  const ACCOUNT = 'accountId must be a 12-digit account id';
  const REASON = 'reason must be a text of 3 to 256 characters without quotes ("), backslashes, braces and control characters';
  const DRY_RUN = "dryRun must be 'true' or 'false'";

  test.each<[string, unknown, string]>([
    ['accountId', undefined, ACCOUNT],
    ['accountId', '', ACCOUNT],
    ['accountId', 222222222222, ACCOUNT],
    ['accountId', true, ACCOUNT],
    ['accountId', ['222222222222'], ACCOUNT],
    ['accountId', '22222222222', ACCOUNT],
    ['accountId', '2222222222222', ACCOUNT],
    ['accountId', '222222222222\n', ACCOUNT],
    ['accountId', ' 222222222222', ACCOUNT],
    ['accountId', '22222222222x', ACCOUNT],
    ['reason', undefined, REASON],
    ['reason', 'no', REASON],
    ['reason', 'x'.repeat(257), REASON],
    ['reason', 'abc\nStarted by: the boss', REASON],
    ['reason', 'say "yes"', REASON],
    ['reason', 'a\\b c', REASON],
    ['reason', '{reason}', REASON],
    ['reason', 'abc\u2028d', REASON],
    ['reason', 'abc\u0085d', REASON],
    ['dryRun', 'yes', DRY_RUN],
    ['dryRun', 'falsely', DRY_RUN],
    ['dryRun', 'untrue', DRY_RUN],
    ['dryRun', 1, DRY_RUN],
    ['bucketName', undefined, 'bucketName must be the name of a bucket'],
    ['bucketName', 'x y z', 'bucketName must be the name of a bucket'],
    ['hours', '10', 'hours must be a whole number of hours'],
    ['hours', 4, 'hours must be a whole number of hours'],
  ])('with %s %j is refused, and says what it may be', (key, value, problem) => {
    expect(problemOf({ ...GIVEN, [key]: value })).toBe(`${problem}, got ${JSON.stringify(value)}`);
  });

  test.each(['abc', 'x'.repeat(256), 'Zahlungen & Co. (支付): ticket #4711, "quoted" not'.replaceAll('"', "'")])('may give as reason %s', (reason) => {
    expect(parseInput({ ...GIVEN, reason }, FIELDS).reason).toBe(reason);
  });

  test('that is refused is shown in part, so that the error stays short', () => {
    expect(refused('x'.repeat(10_000)).message.length).toBeLessThan(600);
    expect(problemOf('x'.repeat(10_000))).toMatch(/^it must be an object, got "x{100}/);
  });
});
