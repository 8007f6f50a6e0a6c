import { casesOf, FREE, hold, resolved, variablesOf, type Context } from '../../../lambda/policies/conditions';
import { ANY, FROM_NOW_ON, matches, type Truth } from '../../../lambda/policies/patterns';

const ROOT = 'arn:aws:iam::222222222222:root';
const CONTEXT: Context = {
  'aws:principalarn': ROOT,
  'aws:principalaccount': '222222222222',
  'aws:secure': 'true',
  'aws:number': '5',
  'aws:list': ['a', 'b'],
  'aws:one': ['a'],
  'aws:empty': [],
  'aws:absent': undefined,
  'aws:free': FREE,
  'aws:now': FROM_NOW_ON,
  'aws:any': ANY,
  'aws:either': { oneOf: [undefined, 'false'] },
  'aws:pair': { oneOf: ['x', 'y'] },
  'aws:tag/*': undefined,
  'aws:tag/known': 'red',
  's3:*': undefined,
  's3:kind': 'k',
  '*': undefined,
};
/** `Operator key values`, with values between bars. */
const truthOf = (condition: string, context = CONTEXT): Truth => {
  const [operator, key, values] = condition.split(' ');
  return hold([{ operator, key, values: values.split('|') }], context);
};

describe('a condition on a value that is known', () => {
  test.each<[string, Truth]>([
    ['StringEquals aws:PrincipalAccount 222222222222', 'yes'],
    ['stringequals AWS:PRINCIPALACCOUNT 222222222222', 'yes'],
    ['StringEquals aws:PrincipalAccount 1|222222222222', 'yes'],
    ['StringEquals aws:PrincipalAccount 2*', 'no'],
    ['StringEquals aws:tag/known RED', 'no'],
    ['StringNotEquals aws:PrincipalAccount 222222222222', 'no'],
    ['StringNotEquals aws:PrincipalAccount 1|2', 'yes'],
    ['StringNotEquals aws:PrincipalAccount 1|222222222222', 'no'],
    ['StringEqualsIgnoreCase aws:tag/known RED', 'yes'],
    ['StringNotEqualsIgnoreCase aws:tag/known RED', 'no'],
    ['StringLike aws:PrincipalAccount 2*', 'yes'],
    ['StringLike aws:PrincipalAccount 3*', 'no'],
    ['StringNotLike aws:PrincipalAccount 2*', 'no'],
    ['StringNotLike aws:PrincipalAccount 3*', 'yes'],
    ['ArnEquals aws:PrincipalArn arn:aws:iam::*:root', 'yes'],
    ['ArnLike aws:PrincipalArn arn:*:iam::222222222222:root', 'yes'],
    ['ArnLike aws:PrincipalArn arn:*:iam::222222222222:role/*', 'no'],
    ['ArnLike aws:PrincipalArn arn:*:*:*', 'unknown'], // five parts are no ARN
    ['ArnLike aws:PrincipalArn arn:*:root', 'unknown'],
    ['ArnLike aws:PrincipalArn x*', 'no'],
    ['ArnNotLike aws:PrincipalArn arn:*:iam::*:root', 'no'],
    ['ArnNotEquals aws:PrincipalArn arn:*:iam::*:role/x', 'yes'],
    ['ArnNotLike aws:PrincipalArn x*', 'unknown'],
    ['ArnNotLike aws:PrincipalAccount arn:*:iam::*:root', 'unknown'],
    ['Bool aws:secure true', 'yes'],
    ['Bool aws:secure TRUE', 'yes'],
    ['Bool aws:secure false', 'no'],
    ['NumericEquals aws:number 5', 'yes'],
    ['NumericEquals aws:number 5.0', 'yes'],
    ['NumericEquals aws:number 6', 'no'],
    ['NumericNotEquals aws:number 6', 'yes'],
    ['NumericLessThan aws:number 6', 'yes'],
    ['NumericLessThan aws:number 5', 'no'],
    ['NumericLessThanEquals aws:number 5', 'yes'],
    ['NumericLessThanEquals aws:number 4', 'no'],
    ['NumericGreaterThan aws:number 4', 'yes'],
    ['NumericGreaterThan aws:number 5', 'no'],
    ['NumericGreaterThanEquals aws:number 5', 'yes'],
    ['NumericGreaterThanEquals aws:number 6', 'no'],
    ['NumericGreaterThan aws:number -4', 'yes'],
    ['NumericEquals aws:number five', 'unknown'],
    ['NumericEquals aws:number 0x5', 'unknown'],
    ['NumericEquals aws:secure 5', 'unknown'],
    ['NumericEquals aws:any 5', 'unknown'],
    ['IpAddress aws:tag/known 10.0.0.0/8', 'unknown'],
    ['NotIpAddress aws:tag/known 10.0.0.0/8', 'unknown'],
    ['BinaryEquals aws:tag/known cmVk', 'unknown'],
    ['BinaryNotEquals aws:absent cmVk', 'unknown'],
    ['StringSounds aws:tag/known red', 'unknown'],
    ['NotStringEquals aws:tag/known blue', 'unknown'],
    ['BoolNotEquals aws:secure false', 'unknown'],
  ])('%s: %s', (condition, truth) => {
    expect(truthOf(condition)).toBe(truth);
  });
});

describe('a condition on a time that is still to come', () => {
  test.each<[string, Truth]>([
    ['DateGreaterThan aws:now 2020-01-01T00:00:00Z', 'yes'],
    ['DateGreaterThanEquals aws:now 2020-01-01', 'yes'],
    ['DateGreaterThan aws:now 1577836800', 'yes'],
    ['DateLessThan aws:now 2020-01-01T00:00:00Z', 'no'],
    ['DateLessThanEquals aws:now 1577836800', 'no'],
    ['DateEquals aws:now 2020-01-01T00:00:00Z', 'no'],
    ['DateNotEquals aws:now 2020-01-01T00:00:00Z', 'yes'],
    ['DateGreaterThan aws:now 2098-01-01T00:00:00Z', 'unknown'],
    ['DateGreaterThan aws:now 4070908800', 'unknown'],
    ['DateGreaterThan aws:now yesterday', 'unknown'],
    ['DateGreaterThan aws:tag/known 2020-01-01T00:00:00Z', 'unknown'],
  ])('%s: %s', (condition, truth) => {
    expect(truthOf(condition)).toBe(truth);
  });
});

describe('a condition on a key that a request does not have', () => {
  test.each<[string, Truth]>([
    ['StringEquals aws:absent x', 'no'],
    ['StringEqualsIfExists aws:absent x', 'yes'],
    ['StringNotEquals aws:absent x', 'yes'],
    ['StringNotEqualsIfExists aws:absent x', 'yes'],
    ['IpAddress aws:absent 10.0.0.0/8', 'no'],
    ['NotIpAddress aws:absent 10.0.0.0/8', 'yes'],
    ['BinaryEquals aws:absent x', 'no'],
    ['ForAllValues:StringEquals aws:absent x', 'yes'],
    ['ForAnyValue:StringEquals aws:absent x', 'no'],
    ['ForAnyValue:StringEqualsIfExists aws:absent x', 'unknown'],
    ['ForAnyValue:StringNotEquals aws:absent x', 'no'],
    ['StringSounds aws:absent x', 'unknown'],
    ['StringEquals aws:tag/other x', 'no'],
    ['StringNotEquals aws:tag/other/more x', 'yes'],
    ['StringEquals s3:other x', 'no'],
    ['StringEquals s3:kind k', 'yes'],
    ['StringEquals ec2:other x', 'no'],
    ['StringEquals ec2:tag/other x', 'no'],
    ['StringEquals aws:unheard x', 'unknown'],
    ['StringEquals unheard x', 'unknown'],
    ['StringEquals toString x', 'unknown'],
  ])('%s: %s', (condition, truth) => {
    expect(truthOf(condition)).toBe(truth);
  });
});

describe('a condition on whether there is a key', () => {
  test.each<[string, Truth]>([
    ['Null aws:absent true', 'yes'],
    ['Null aws:absent TRUE', 'yes'],
    ['Null aws:absent false', 'no'],
    ['Null aws:secure false', 'yes'],
    ['Null aws:secure true', 'no'],
    ['Null aws:secure true|false', 'yes'],
    ['Null aws:free true', 'unknown'],
    ['NullIfExists aws:absent true', 'unknown'],
    ['ForAnyValue:Null aws:absent true', 'unknown'],
  ])('%s: %s', (condition, truth) => {
    expect(truthOf(condition)).toBe(truth);
  });
});

describe('a condition on several values', () => {
  test.each<[string, Truth]>([
    ['ForAllValues:StringEquals aws:list a|b', 'yes'],
    ['ForAllValues:StringEquals aws:list a', 'no'],
    ['ForAnyValue:StringEquals aws:list b|c', 'yes'],
    ['ForAnyValue:StringEquals aws:list c', 'no'],
    ['ForAllValues:StringNotEquals aws:list c', 'yes'],
    ['ForAllValues:StringNotEquals aws:list a', 'no'],
    ['ForAnyValue:StringNotEquals aws:list a', 'yes'],
    ['ForAllValues:StringEquals aws:empty a', 'yes'],
    ['ForAnyValue:StringEquals aws:empty a', 'no'],
    ['StringEquals aws:list a|b', 'unknown'],
    ['StringEquals aws:one a', 'yes'],
    ['foranyvalue:stringequalsifexists aws:list a', 'yes'],
    ['ForSomeValues:StringEquals aws:list a', 'unknown'],
    ['StringEquals aws:free x', 'unknown'],
    ['StringEquals aws:either false', 'unknown'],
  ])('%s: %s', (condition, truth) => {
    expect(truthOf(condition)).toBe(truth);
  });
});

test('conditions hold when all of them do', () => {
  const yes = { operator: 'Bool', key: 'aws:secure', values: ['true'] };
  const no = { operator: 'Bool', key: 'aws:secure', values: ['false'] };
  const unknown = { operator: 'Bool', key: 'aws:free', values: ['true'] };
  expect([[], [yes, yes], [yes, no], [yes, unknown], [no, unknown]].map((conditions) => hold(conditions, CONTEXT))).toEqual(['yes', 'yes', 'no', 'unknown', 'no']);
});

describe('a text with variables', () => {
  test.each<[text: string, value: string, Truth, negated: Truth]>([
    ['${aws:PrincipalAccount}', '222222222222', 'yes', 'yes'],
    ['arn:aws:iam::${ aws:principalaccount }:root', ROOT, 'yes', 'yes'],
    ['${aws:PrincipalAccount}', '333333333333', 'no', 'no'],
    ['${aws:absent}', 'x', 'unknown', 'unknown'],
    ['y${aws:absent}', 'x', 'no', 'unknown'],
    ["${aws:absent, 'x'}", 'x', 'yes', 'yes'],
    ["${aws:absent,'*'}", 'x', 'no', 'no'],
    ["${aws:PrincipalAccount, 'x'}", '222222222222', 'yes', 'yes'],
    ['${aws:list}', 'a', 'unknown', 'unknown'],
    ['${aws:one}', 'a', 'yes', 'yes'],
    ['${aws:free}', 'a', 'unknown', 'unknown'],
    ['${aws:any}', 'a', 'unknown', 'unknown'],
    ['${aws:now}', 'a', 'unknown', 'unknown'],
    ['${aws:pair}', 'x', 'unknown', 'unknown'],
    ['${*}', '*', 'yes', 'yes'],
    ['${*}', 'x', 'no', 'no'],
    ['${?}x', '?x', 'yes', 'yes'],
    ['${$}x', '$x', 'yes', 'yes'],
    ['*', 'x', 'yes', 'yes'],
    ['$x', '$x', 'yes', 'yes'],
  ])('%s takes %s: %s, and in a negated test: %s', (text, value, truth, negated) => {
    const test = (pattern: string) => matches(pattern, value);
    expect([resolved(text, CONTEXT, false, test), resolved(text, CONTEXT, true, test)]).toEqual([truth, negated]);
  });

  test('is part of a condition', () => {
    expect(truthOf('ArnEquals aws:PrincipalArn arn:aws:iam::${aws:PrincipalAccount}:root')).toBe('yes');
    expect(truthOf('StringNotEquals aws:secure ${aws:absent}')).toBe('unknown');
  });

  test.each<[string, string[]]>([
    ['none', []], ['${aws:username}', ['aws:username']], ["a${ aws:one }b${aws:two, 'x'}", ['aws:one', 'aws:two']], ['${*}', ['*']], ['${unclosed', []],
  ])('names its keys: %j', (text, keys) => {
    expect(variablesOf(text)).toEqual(keys);
  });
});

describe('the cases that are possible', () => {
  const valuesOf = (keys: string[], ...names: string[]) => casesOf(CONTEXT, keys)?.map((context) => names.map((name) => context[name]));

  test('are one where each key has one value', () => {
    expect(casesOf(CONTEXT, ['aws:secure', 'aws:free', 'aws:unheard'])).toEqual([CONTEXT]);
  });

  test('are one for each value of a key', () => {
    expect(valuesOf(['AWS:Either', 'aws:either'], 'aws:either', 'aws:pair')).toEqual([[undefined, CONTEXT['aws:pair']], ['false', CONTEXT['aws:pair']]]);
  });

  test('are one for each combination of values', () => {
    expect(valuesOf(['aws:either', 'aws:pair'], 'aws:either', 'aws:pair')).toEqual([[undefined, 'x'], [undefined, 'y'], ['false', 'x'], ['false', 'y']]);
  });

  test('are of a key that another one stands for', () => {
    const context: Context = { 'aws:tag/*': { oneOf: ['x', undefined] } };
    expect(casesOf(context, ['aws:tag/one'])).toEqual([{ 'aws:tag/*': 'x' }, { 'aws:tag/*': undefined }]);
  });

  test.each([[6, 64], [7, undefined]])('are not told apart when they are too many: %s keys of two values, %s cases', (count, cases) => {
    const context = Object.fromEntries(Array.from({ length: count }, (_, i) => [`aws:${i}`, { oneOf: ['x', 'y'] }]));
    expect(casesOf(context, Object.keys(context))?.length).toBe(cases);
  });
});
