import { matcherOf } from './filter-pattern';

/** The examples of the documentation of CloudWatch Logs, "Filter pattern syntax", with what it says of each. */
const FIRST = {
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [{ name: 'a', id: 1 }, { name: 'b', id: 2 }],
  SomeObject: null,
  ThisFlag: true,
};
const SECOND = {
  user: { id: 1, email: 'John.Stiles@example.com' },
  users: [{ id: 2, email: 'John.Doe@example.com' }, { id: 3, email: 'Jane.Doe@example.com' }],
  actions: ['GET', 'PUT', 'DELETE'],
  coordinates: [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
};

describe("the matcher of filter patterns agrees with the documentation's examples", () => {
  test.each([
    ['{ $.eventType = "UpdateTrail" }', true],
    ['{ $.eventType = "PutTrail" }', false],
    ['{ $.eventType = * }', true],
    ['{ $.eventType = Update* }', true],
    ['{ $.eventType = *Bucket }', false],
    ['{ $.sourceIPAddress != 123.123.* }', true],
    ['{ $.sourceIPAddress != 111.111.* }', false],
    ['{ $.arrayKey[0] = "value" }', true],
    ['{ $.objectList[1].id = 2 }', true],
    ['{ $.objectList[1].id = 1 }', false],
    ['{ $.SomeObject IS NULL }', true],
    ['{ $.SomeOtherObject NOT EXISTS }', true],
    ['{ $.SomeObject NOT EXISTS }', false],
    ['{ $.ThisFlag IS TRUE }', true],
    ['{ $.ThisFlag IS FALSE }', false],
  ])('%s: %s', (pattern, expected) => {
    expect(matcherOf(pattern)(FIRST)).toBe(expected);
  });

  test.each([
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
    ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
    ['{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }', true],
    ['{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }', false],
    ['{ $.users = 1 }', false],
    ['{ $.users != 1 }', false],
    ['{ $.user.id >= 1 && $.user.id < 10e1 }', true],
  ])('%s: %s', (pattern, expected) => {
    expect(matcherOf(pattern)(SECOND)).toBe(expected);
  });
});

test('operators need no spaces, as in the filters of the CIS benchmark', () => {
  const rootUse = '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}';
  expect(matcherOf(rootUse)({ userIdentity: { type: 'Root' }, eventType: 'AwsApiCall' })).toBe(true);
  expect(matcherOf(rootUse)({ userIdentity: { type: 'Root', invokedBy: 'aws' }, eventType: 'AwsApiCall' })).toBe(false);
});

test('what is not said of a missing field is a choice', () => {
  expect(matcherOf('{ $.a != "b" }', { unequalWhenMissing: true })({})).toBe(true);
  expect(matcherOf('{ $.a != "b" }', { unequalWhenMissing: false })({})).toBe(false);
});

test.each(['$.a = b', '{ a = b }', '{ $.a }', '{ ($.a = b }', '{ $.a = b) }', '{ $.a IS SOMETHING }', '{ }', `{ $.a = ${'b'.repeat(1_024)} }`])('refuses what is no pattern: %s', (pattern) => {
  expect(() => matcherOf(pattern)({ a: 'b' })).toThrow();
});
