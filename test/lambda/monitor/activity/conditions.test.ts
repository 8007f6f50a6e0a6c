import { holds, isObject, textAt, valueAt } from '../../../../lambda/monitor/activity/conditions';
import type { Condition } from '../../../../lib/monitor/activity-rules';

const EVENT = { eventName: 'ConsoleLogin', count: 3, empty: '', none: null, userIdentity: { type: 'Root', arn: 'arn:aws:iam::222222222222:root' }, list: ['x'] };

describe('a condition on an event', () => {
  test.each<[Condition, boolean]>([
    [{ field: 'eventName', oneOf: ['ConsoleLogin'] }, true],
    [{ field: 'eventName', oneOf: ['Other', 'ConsoleLogin'] }, true],
    [{ field: 'eventName', oneOf: ['Console'] }, false],
    [{ field: 'eventName', oneOf: ['Console*'] }, true],
    [{ field: 'eventName', oneOf: ['Login*'] }, false],
    [{ field: 'eventName', oneOf: ['*Login'] }, true],
    [{ field: 'eventName', oneOf: ['*Console'] }, false],
    [{ field: 'eventName', oneOf: ['*sole*'] }, true],
    [{ field: 'eventName', oneOf: ['*soul*'] }, false],
    [{ field: 'eventName', oneOf: ['*'] }, true],
    [{ field: 'userIdentity.arn', oneOf: ['*:root'] }, true],
    [{ field: 'count', oneOf: ['3'] }, false],
    [{ field: 'missing', oneOf: ['*'] }, false],
    [{ field: 'eventName', noneOf: ['ConsoleLogin'] }, false],
    [{ field: 'eventName', noneOf: ['Other'] }, true],
    [{ field: 'missing', noneOf: ['*'] }, true],
    [{ field: 'eventName', other: ['Other'] }, true],
    [{ field: 'eventName', other: ['Console*'] }, false],
    [{ field: 'missing', other: ['Other'] }, false],
    [{ field: 'missing', absent: true }, true],
    [{ field: 'none', absent: true }, true],
    [{ field: 'eventName', absent: true }, false],
    [{ field: 'missing', absent: false }, false],
    [{ field: 'eventName', absent: false }, true],
    [{ all: [{ field: 'eventName', oneOf: ['ConsoleLogin'] }, { field: 'userIdentity.type', oneOf: ['Root'] }] }, true],
    [{ all: [{ field: 'eventName', oneOf: ['ConsoleLogin'] }, { field: 'userIdentity.type', oneOf: ['IAMUser'] }] }, false],
    [{ any: [{ field: 'eventName', oneOf: ['Other'] }, { field: 'userIdentity.type', oneOf: ['Root'] }] }, true],
    [{ any: [{ field: 'eventName', oneOf: ['Other'] }, { field: 'userIdentity.type', oneOf: ['IAMUser'] }] }, false],
  ])('%j holds: %s', (condition, expected) => {
    expect(holds(condition, EVENT)).toBe(expected);
  });
});

test.each<[string, unknown]>([
  ['eventName', 'ConsoleLogin'], ['userIdentity.type', 'Root'], ['count', 3], ['none', undefined], ['missing', undefined], ['missing.type', undefined], ['eventName.length', undefined],
  ['list.0', undefined], ['toString', undefined], ['userIdentity.constructor', undefined],
])('the value at %s of an event is that of its own field: %j', (field, value) => {
  expect(valueAt(EVENT, field)).toBe(value);
});

test.each([[null], ['text'], [undefined], [[EVENT]]])('what is no event has no values: %j', (event) => {
  expect(valueAt(event, 'eventName')).toBeUndefined();
});

test('a text is one that says something', () => {
  expect(['eventName', 'count', 'empty', 'none', 'missing', 'list', 'userIdentity'].map((field) => textAt(EVENT, field))).toEqual(['ConsoleLogin', ...Array<undefined>(6).fill(undefined)]);
});

test('an object is neither a list nor nothing', () => {
  expect([{}, EVENT, [], null, undefined, 'text', 7].map(isObject)).toEqual([true, true, false, false, false, false, false]);
});
