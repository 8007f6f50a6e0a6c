import { HOURS, hoursOf } from '../../../../lambda/session/password-recovery/hours';

describe('hours of a password recovery', () => {
  const settings = { hours: 24, longestHours: 168 };

  test.each([[undefined, 24], ['1', 1], ['24', 24], ['168', 168]])('that are given as %s are %i', (given, hours) => {
    expect(hoursOf(given, settings)).toBe(hours);
  });

  test.each(['169', '999'])('are refused beyond the longest: %s', (given) => {
    expect(() => hoursOf(given, settings)).toThrow(`hours must be from 1 to 168, got ${given}`);
  });

  test.each<[string, boolean]>([
    ['1', true], ['24', true], ['168', true], ['999', true],
    ['0', false], ['024', false], ['1000', false], ['1.5', false], ['-1', false], ['1h', false], ['h1', false], ['24\n', false], ['', false],
  ])('are a whole number, from a start in words: %j is one: %s', (given, isOne) => {
    expect(HOURS.pattern.test(given)).toBe(isOne);
  });

  test('may be left out, and an error says what they may be', () => {
    expect(HOURS).toMatchObject({ optional: true, allowed: 'a whole number of hours' });
  });

  test('may be as many as the longest', () => {
    expect(hoursOf('2', { hours: 1, longestHours: 2 })).toBe(2);
    expect(() => hoursOf(undefined, { hours: 3, longestHours: 2 })).toThrow('hours must be from 1 to 2, got 3');
  });
});
