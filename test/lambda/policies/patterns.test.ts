import {
  accountsIn, agreed, ANY, ANY_ACCOUNT, ANY_ACTION, ANY_BUCKET, ANY_ORGANIZATION, ANY_PLACE, ANY_QUEUE, ANY_REGION, every, FROM_NOW_ON, hasReserved,
  literally, matches, not, ofOthers, some, UNNAMED, withoutVariables, type Truth,
} from '../../../lambda/policies/patterns';

describe('of what is true', () => {
  test.each<[Truth, Truth]>([['yes', 'no'], ['no', 'yes'], ['unknown', 'unknown']])('the contrary of %s is %s', (truth, contrary) => {
    expect(not(truth)).toBe(contrary);
  });

  test.each<[Truth[], Truth, Truth, Truth]>([
    [['yes', 'yes'], 'yes', 'yes', 'yes'],
    [['no', 'no'], 'no', 'no', 'no'],
    [['unknown', 'unknown'], 'unknown', 'unknown', 'unknown'],
    [['yes', 'no'], 'no', 'yes', 'unknown'],
    [['yes', 'unknown'], 'unknown', 'yes', 'unknown'],
    [['unknown', 'yes'], 'unknown', 'yes', 'unknown'],
    [['no', 'unknown'], 'no', 'unknown', 'unknown'],
    [['yes', 'unknown', 'no'], 'no', 'yes', 'unknown'],
  ])('%j: all %s, some %s, agreed %s', (truths, all, one, same) => {
    expect([every(truths), some(truths), agreed(truths)]).toEqual([all, one, same]);
  });

  test('nothing, all is, and not one is', () => {
    expect([every([]), some([])]).toEqual(['yes', 'no']);
  });
});

describe('a pattern and a value that is known', () => {
  test.each<[string, string, Truth]>([
    ['abc', 'abc', 'yes'], ['abc', 'abd', 'no'], ['abc', 'ABC', 'no'], ['abc', 'abcd', 'no'], ['abcd', 'abc', 'no'], ['', '', 'yes'], ['', 'a', 'no'], ['a', '', 'no'],
    ['*', '', 'yes'], ['*', 'anything', 'yes'], ['a*', 'abc', 'yes'], ['a*', 'ba', 'no'], ['*c', 'abc', 'yes'], ['*c', 'abcd', 'no'], ['a*c', 'ac', 'yes'], ['a*c', 'abbc', 'yes'], ['a*c', 'abb', 'no'],
    ['**', 'ab', 'yes'], ['a**b', 'ab', 'yes'], ['*b*', 'abc', 'yes'], ['*b*', 'ac', 'no'], ['a*b*c', 'axbxbxc', 'yes'], ['a*b*c', 'axcxb', 'no'],
    ['?', 'a', 'yes'], ['?', '', 'no'], ['?', 'ab', 'no'], ['a?c', 'abc', 'yes'], ['a?c', 'ac', 'no'], ['??*', 'a', 'no'], ['??*', 'ab', 'yes'], ['??*', 'abc', 'yes'], ['*?', 'a', 'yes'], ['*?', '', 'no'],
    ['*', '*', 'yes'], ['a*', 'a*b', 'yes'], ['?', '*', 'yes'], ['a.c', 'abc', 'no'], ['[ab]', 'a', 'no'], ['$', '$', 'yes'],
  ])('%j takes %j: %s', (pattern, value, truth) => {
    expect(matches(pattern, value)).toBe(truth);
  });

  test.each<[string, string, Truth]>([['a*c', 'abc', 'no'], ['a*c', 'a*c', 'yes'], ['a?c', 'abc', 'no'], ['a?c', 'a?c', 'yes'], ['abc', 'abc', 'yes'], ['**', '**', 'yes'], ['*?*', '*a*', 'no']])(
    'the text %j is no pattern, and is %j: %s', (text, value, truth) => {
      expect(matches(literally(text), value)).toBe(truth);
      expect(matches(`${literally(text)}*`, `${value}/x`)).toBe(truth);
    });

  test('a text without wildcards stays as it is', () => {
    expect(literally('abc')).toBe('abc');
  });

  test('a variable may be a text', () => {
    const pattern = withoutVariables('a/${aws:username}/${x}');
    expect(pattern).not.toContain('${');
    expect(matches(pattern, 'a/${aws:username}/${x}')).toBe('yes');
    expect(matches(`${pattern}*`, 'a/${aws:username}/${x}/b')).toBe('yes');
    expect(matches(pattern, 'a/alice/x')).toBe('no');
    expect(withoutVariables('$x{y}')).toBe('$x{y}');
  });
});

describe('characters that mean something else here', () => {
  test.each<[string, boolean]>([['abc', false], ['*?${}', false], ['é猫😀', false], [ANY, true], ['a\ue000', true], ['\uf8ffb', true], ['\ue0f3', true], [ANY_ACCOUNT, true], ['\uf900', false], ['\udfff', false]])('%j has some: %s', (text, has) => {
    expect(hasReserved(text)).toBe(has);
  });
});

describe('a value that is not known', () => {
  test.each<[string, string, Truth]>([
    ['*', ANY, 'yes'], ['**', ANY, 'yes'], ['?', ANY, 'unknown'], ['', ANY, 'unknown'], ['abc', ANY, 'unknown'], ['a*', ANY, 'unknown'], ['abc', `a${ANY}`, 'unknown'], ['abc', `b${ANY}`, 'no'],
    ['a*', `a${ANY}`, 'yes'], ['*a', `${ANY}a`, 'yes'], ['*a', `a${ANY}`, 'unknown'], ['a?*', `a${ANY}`, 'unknown'], [ANY, ANY, 'yes'], [`a${ANY}`, `a${ANY}`, 'yes'], [`a${ANY}`, 'abc', 'unknown'], [`a${ANY}`, 'b', 'no'],
  ])('may be anything: %j takes %j: %s', (pattern, value, truth) => {
    expect(matches(pattern, value)).toBe(truth);
  });

  const DIGITS = '222222222222';
  test.each<[string, string, Truth]>([
    ['*', ANY_ACCOUNT, 'yes'], ['????????????', ANY_ACCOUNT, 'yes'], ['???????????', ANY_ACCOUNT, 'no'], ['?????????????', ANY_ACCOUNT, 'no'],
    [DIGITS, ANY_ACCOUNT, 'unknown'], ['22222222222', ANY_ACCOUNT, 'no'], ['2*', ANY_ACCOUNT, 'unknown'], ['a*', ANY_ACCOUNT, 'no'], ['*:*', ANY_ACCOUNT, 'no'], [`arn:${DIGITS}`, `arn:${ANY_ACCOUNT}`, 'unknown'],
    [ofOthers(DIGITS), ANY_ACCOUNT, 'no'], [`arn:${ofOthers(DIGITS)}:*`, `arn:${ANY_ACCOUNT}:root`, 'no'], [ANY_ACCOUNT, ANY_ACCOUNT, 'yes'], [ANY_ACCOUNT, DIGITS, 'unknown'], [ANY_ACCOUNT, 'abcdefghijkl', 'no'],
  ])('may be an account: %j takes %j: %s', (pattern, value, truth) => {
    expect(matches(pattern, value)).toBe(truth);
  });

  const IN_ITS_FORM: [name: string, value: string, surely: string[], possibly: string[], never: string[]][] = [
    ['an organization', ANY_ORGANIZATION, ['o-*', '?-*'], ['o-abcdefghij', 'o-1234567890abcdef'], ['o-ABCDEFGHIJ', 'o-abcdefghi', 'r-abcdefghij', 'o-abcde-ghij', 'o-abcdefghij/']],
    ['a place', ANY_PLACE, ['r-*/'], ['r-ab12/', 'r-ab12/ou-ab12-11111111/'], ['r-ab1/', 'ou-ab12/', 'r-ab12', 'r-AB12/', 'r-ab12/x_y/']],
    ['a Region', ANY_REGION, ['??*'], ['eu-west-1', 'us-gov-east-1', 'eu-*'], ['EU_WEST_1', 'e', '1u-west-1', '', 'eu_west']],
    ['a bucket', ANY_BUCKET, ['???*'], ['logs', 'a-b.c', 'OLD_bucket', 'a12', 'aws-*'], ['ab', '-ab', '.abc', 'logs/*', 'a b c']],
    ['a queue', ANY_QUEUE, ['?*'], ['orders', 'orders.fifo', '_x', '-', 'a'], ['', '.fifo', 'a/b', 'a:b']],
    ['an action', ANY_ACTION, ['*:*'], ['iam:deleteloginprofile', 's3:x1', 'execute-api:invoke', 'iam:*', '*:get*'], ['iam', 'iam:', ':x', 'iam:1x', '1am:x', 'iam:x-y', 'iam:x:y', 'IAM:x']],
  ];
  test.each(IN_ITS_FORM)('may be %s, and is nothing of another form', (_name, value, surely, possibly, never) => {
    const expected = { ...truthOf(surely, 'yes'), ...truthOf(possibly, 'unknown'), ...truthOf(never, 'no') };
    expect(Object.fromEntries(Object.keys(expected).map((pattern) => [pattern, matches(pattern, value)]))).toEqual(expected);
    expect([matches('*', value), matches(value, value)]).toEqual(['yes', 'yes']);
  });
  const truthOf = (patterns: string[], truth: Truth) => Object.fromEntries(patterns.map((pattern) => [pattern, truth]));

  test.each([['from now on', FROM_NOW_ON, 'unknown'], ['a name that no policy has', UNNAMED, 'no']] as const)('may be %s', (_name, value, ofText) => {
    expect([matches('*', value), matches('2030-01-01T00:00:00Z', value), matches('abc', value), matches(value, value)]).toEqual(['yes', ofText, ofText, 'yes']);
  });

  test('is another unknown where its form is another: nobody knows whether they are the same', () => {
    expect(matches(ANY_REGION, ANY_BUCKET)).toBe('unknown');
  });
});

describe('the accounts that a text names', () => {
  test.each<[string, string[]]>([
    ['', []], ['arn:aws:iam::222222222222:root', ['222222222222']], ['222222222222 and 333333333333 and 222222222222', ['222222222222', '333333333333']], ['2222222222222', []], ['22222222222', []], ['x222222222222y', ['222222222222']],
  ])('%j: %j', (text, ids) => {
    expect(accountsIn(text)).toEqual(ids);
  });

  test('match themselves, and no account that is not known', () => {
    const pattern = ofOthers('arn:aws:iam::012345678987:root');
    expect(pattern).not.toContain('012345678987');
    expect(matches(pattern, 'arn:aws:iam::012345678987:root')).toBe('yes');
    expect(matches(`${pattern}*`, 'arn:aws:iam::012345678987:root/x')).toBe('yes');
    expect(matches(`${pattern}*`, 'arn:aws:iam::012345678988:root/x')).toBe('no');
    expect(matches(pattern, `arn:aws:iam::${ANY}`)).toBe('unknown');
    expect(ofOthers('2222222222222')).toBe('2222222222222');
  });
});
