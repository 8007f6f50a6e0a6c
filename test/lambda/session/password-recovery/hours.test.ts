import { hoursOf } from '../../../../lambda/session/password-recovery/hours';

describe('hours of a password recovery', () => {
  const settings = { hours: 24, longestHours: 168 };

  test.each([[undefined, 24], ['1', 1], ['24', 24], ['168', 168]])('that are given as %s are %i', (given, hours) => {
    expect(hoursOf(given, settings)).toBe(hours);
  });

  test.each(['169', '999'])('are refused beyond the longest: %s', (given) => {
    expect(() => hoursOf(given, settings)).toThrow(`hours must be from 1 to 168, got ${given}`);
  });
});
