import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { batchesOf, planOf, textOfPlan, type Plan, type Planned } from '../../../lambda/sweep/plan';
import { CREDENTIAL_KINDS } from '../../../lib/private/contract';
import { cases } from '../../support/cases';

const ABOUT = { execution: 'one', createdAt: '2026-11-23T00:00:00.000Z', organizationId: 'o-abcdefghij', work: 'purge' as const, dryRun: false, unread: [] };
const account = (n: number) => ({ accountId: String(200_000_000_000 + n), accountName: `account-${n}` });

const planned: fc.Arbitrary<Planned> = fc.record({
  n: fc.nat(5),
  kind: fc.constantFrom(...CREDENTIAL_KINDS),
  id: fc.option(fc.constantFrom('AKIA1', 'AKIA2'), { nil: undefined }),
  createdAt: fc.constantFrom(undefined, '2019-05-01T12:00:00.000Z'),
  lastUsedAt: fc.constantFrom(undefined, '2020-01-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z'),
  action: fc.constantFrom('delete' as const, 'keep' as const),
}).map(({ n, ...rest }) => ({ ...account(n), ...rest }));
const plans = fc.uniqueArray(planned, { selector: ({ accountId, kind, id, createdAt }) => [accountId, kind, id, createdAt].join(), maxLength: 20 });

describe('the digest of a plan', () => {
  test('is of what is deleted and of nothing else: not of the order, the time, the run, the last use or what is kept', () => {
    fc.assert(fc.property(plans, (list) => {
      const deletions = [...list].reverse().filter(({ action }) => action === 'delete').map((each) => ({ ...each, lastUsedAt: undefined }));
      const other = planOf({ ...ABOUT, execution: 'two', createdAt: '2026-11-24T00:00:00.000Z' }, deletions);
      expect(other.digest).toBe(planOf(ABOUT, list).digest);
    }), cases(50));
  });

  test('differs with every deletion, and with the organization', () => {
    fc.assert(fc.property(plans, (list) => {
      const { digest } = planOf(ABOUT, list);
      list.filter(({ action }) => action === 'delete').forEach((without) => {
        expect(planOf(ABOUT, list.filter((each) => each !== without)).digest).not.toBe(digest);
      });
      expect(planOf({ ...ABOUT, organizationId: 'o-zzzzzzzzzz' }, list).digest).not.toBe(digest);
    }), cases(50));
  });

  test('is that of the purge where the plan is of a dry run', () => {
    const list: Planned[] = [{ ...account(1), kind: 'Password', action: 'delete' }];
    expect(planOf({ ...ABOUT, dryRun: true }, list.map((each) => ({ ...each, action: 'would-delete' }))).digest).toBe(planOf(ABOUT, list).digest);
  });
});

describe('a plan as a file', () => {
  const KEYS: Planned[] = [
    { ...account(1), kind: 'AccessKey', id: 'AKIA1', action: 'delete', lastUsedAt: '2020-01-01T00:00:00.000Z' },
    { ...account(2), kind: 'Password', createdAt: '2019-05-01T12:00:00.000Z', action: 'delete' },
    { ...account(3), kind: 'AccessKey', id: 'AKIA3', action: 'keep', reason: 'it is in use', lastUsedAt: '2026-11-01T00:00:00.000Z' },
  ];

  test('has one line for each credential, the most recently used first', () => {
    const lines = textOfPlan(planOf(ABOUT, KEYS)).split('\n').filter((line) => line.includes('"kind"'));
    expect(lines.map((line) => (JSON.parse(line.replace(/,$/, '')) as Planned).id ?? 'password')).toEqual(['AKIA3', 'AKIA1', 'password']);
  });

  test('reads as it was written, and keeps to its schema', () => {
    const ajv = new Ajv2020({ allErrors: true });
    addFormats(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync('schema/plan-1.json', 'utf8')));
    for (const list of [KEYS, []]) {
      const plan = planOf({ ...ABOUT, unread: [{ ...account(4), code: 'AccessDenied' }] }, list);
      const read = JSON.parse(textOfPlan(plan)) as Plan;
      expect(read).toEqual(JSON.parse(JSON.stringify(plan)));
      expect(validate(read) || validate.errors).toBe(true);
    }
  });

  test('has totals by kind, of what goes and of what stays', () => {
    expect(planOf(ABOUT, KEYS).totals).toEqual({
      accounts: 2,
      delete: { Password: 1, AccessKey: 1, SigningCertificate: 0, MfaDevice: 0 },
      keep: { Password: 0, AccessKey: 1, SigningCertificate: 0, MfaDevice: 0 },
    });
  });
});

describe('the batches of a plan', () => {
  test('have every account that loses something once, with all that is known of it, MFA last', () => {
    fc.assert(fc.property(plans, fc.integer({ min: 1, max: 4 }), (list, size) => {
      const batches = batchesOf(planOf(ABOUT, list), size);
      const accounts = batches.flat();
      const losing = [...new Set(list.filter(({ action }) => action === 'delete').map(({ accountId }) => accountId))].sort();
      expect(accounts.map(({ accountId }) => accountId)).toEqual(losing);
      expect(batches.slice(0, -1).every(({ length }) => length === size)).toBe(true);
      accounts.forEach(({ accountId, credentials }) => {
        expect(credentials).toHaveLength(list.filter((each) => each.accountId === accountId).length);
        const order = credentials.map(({ kind }) => CREDENTIAL_KINDS.indexOf(kind));
        expect(order).toEqual([...order].sort());
      });
    }), cases(50));
  });
});
