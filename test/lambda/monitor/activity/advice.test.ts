import { ADVICE } from '../../../../lambda/monitor/activity/advice';
import { ACTIVITY_KINDS, UNREADABLE } from '../../../../lib/monitor/contract';

test('every kind of finding has a title that fits a subject, and steps that are whole sentences', () => {
  expect(Object.keys(ADVICE).sort()).toEqual([...ACTIVITY_KINDS, UNREADABLE].sort());
  for (const { title, steps } of Object.values(ADVICE)) {
    expect(title).toMatch(/^[A-Z][\x20-\x7e]{10,78}$/); // a subject has 100 characters, and ` (222222222222)` and `Late: ` around it
    expect(steps.length).toBeGreaterThan(0);
    steps.forEach((step) => expect(step).toMatch(/^[A-Z].{20,}\.$/));
  }
});
