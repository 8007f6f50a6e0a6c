import { atMost, NOTHING, shortened, textOfBlocked } from '../../../../lambda/guardrail/preflight/findings';
import type { Judged } from '../../../../lambda/guardrail/preflight/tolerations';
import type { Cause } from '../../../../lambda/policies/judge';

const CAUSE: Cause = {
  judgement: 'blocks',
  target: { id: 'ou-1', type: 'ORGANIZATIONAL_UNIT', name: 'prod' },
  policy: { id: 'p-one', name: 'perimeter', awsManaged: false, content: '' },
  statement: 'NoRoot',
};
const BLOCKED: Judged = { cause: CAUSE, actions: ['iam:A', 'iam:B', 'iam:C', 'iam:D', 'iam:E'], closes: false };

describe('what blocks root sessions', () => {
  test('is told with three of the actions, and the remedy', () => {
    expect(textOfBlocked(BLOCKED)).toMatch(/^the service control policy 'perimeter' \(p-one\) at the OU ou-1 \(prod\) denies root sessions iam:A, iam:B, iam:C, and 2 more in 'NoRoot': add "Null"/);
  });

  test.each<[string, Partial<Cause>, string]>([
    ['service control policy', {}, "the service control policy 'perimeter' (p-one) at the OU ou-1 (prod) denies everything to everybody in 'NoRoot', and root sessions as well"],
    ['resource control policy', { policy: { ...CAUSE.policy!, type: 'RESOURCE_CONTROL_POLICY' } }, "the resource control policy 'perimeter' (p-one) at the OU ou-1 (prod) denies everything to everybody in 'NoRoot', and root sessions as well"],
    ['policy that names accounts', { accounts: { only: ['222222222222'] } }, "the service control policy 'perimeter' (p-one) at the OU ou-1 (prod) denies everything to everybody in 'NoRoot' in no account but 222222222222, and root sessions as well"],
    ['lack of one', { policy: undefined }, 'no service control policy at the OU ou-1 (prod) allows anything to anybody, nor to root sessions'],
  ])('needs no remedy where everybody is denied everything: by a %s', (_what, change, text) => {
    expect(textOfBlocked({ ...BLOCKED, cause: { ...CAUSE, ...change }, closes: true })).toBe(`${text}: nobody acts as root there, with the guardrail or without it`);
  });

  test('is told with the reason for which it is tolerated', () => {
    const Reason = 'goes in May';
    expect(textOfBlocked({ ...BLOCKED, toleration: { PolicyId: 'p-one', Reason } })).toMatch(/nobody else; tolerated: goes in May$/);
    expect(textOfBlocked({ ...BLOCKED, closes: true, toleration: { PolicyId: 'p-one', Reason } })).toMatch(/without it; tolerated: goes in May$/);
  });
});

test.each<[string[], string[]]>([[[], []], [['a', 'b'], ['a', 'b']], [['a', 'b', 'c'], ['a', 'b', 'and 1 more']], [['a', 'b', 'c', 'd'], ['a', 'b', 'and 2 more']]])('two of %j at most', (items, expected) => {
  expect(atMost(2, items)).toEqual(expected);
});

describe('findings', () => {
  test('are a line each, without what is not seen, and a word where there are none', () => {
    expect(shortened(['one', 'two\n\u202Efine'])).toMatch(/^one\ntwo[^\n\u202E]*fine$/);
    expect(shortened([])).toBe(NOTHING);
    expect(NOTHING).not.toBe('');
  });

  test('are whole as far as they fit, and say how many do not', () => {
    const answer = shortened(Array.from({ length: 30 }, (_, i) => `${i} ${'é'.repeat(60)}`));
    expect(Buffer.byteLength(answer)).toBeLessThan(2_100);
    expect(answer).toMatch(/\nand 14 more, in the function's log$/);
  });

  test('fit to the last byte', () => {
    expect(shortened(['x'.repeat(1_000), 'y'.repeat(999)])).toBe(`${'x'.repeat(1_000)}\n${'y'.repeat(999)}`);
    expect(shortened(['x'.repeat(1_000), 'y'.repeat(1_000)])).toBe(`${'x'.repeat(1_000)}\nand 1 more, in the function's log`);
  });
});
