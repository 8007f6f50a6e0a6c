import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { runInNewContext } from 'node:vm';
import { OrganizationsClient, DescribeOrganizationCommand } from '@aws-sdk/client-organizations';
import { setEnvironment } from './environment-variables';
import { onTestFinished } from './on-test-finished';
import { FakeOrganization, loseAnswer, serve } from '../../local-aws/organization';

describe('the environment of a test', () => {
  test('knows the errors of Node itself for errors, as Lambda does, and tells kinds of errors apart', async () => {
    const ofFiles: unknown = attempt(() => readFileSync('/no/such/file'));
    const ofSockets: unknown = await new Promise((resolve) => connect(1, '127.0.0.1').once('error', resolve));
    class Own extends Error {}
    expect([ofFiles instanceof Error, ofSockets instanceof Error]).toEqual([true, true]);
    expect([ofFiles instanceof TypeError, ofFiles instanceof Own]).toEqual([false, false]);
    expect([new Own() instanceof Own, new Own() instanceof Error]).toEqual([true, true]);
    expect(attempt(() => Buffer.alloc(-1)) instanceof RangeError).toBe(true);
  });

  test('loses answers as a function in Lambda does: a connection that is reset has its code, and the SDK asks again', async () => {
    const organization = new FakeOrganization();
    organization.faults.add({ operation: 'organizations:DescribeOrganization', times: 1, effect: loseAnswer });
    const { environment, close } = await serve(organization);
    onTestFinished(close);
    setEnvironment(environment);
    onTestFinished(() => jest.restoreAllMocks());
    expect(await new OrganizationsClient({}).send(new DescribeOrganizationCommand({}))).toMatchObject({ Organization: {} });
    organization.faults.add({ operation: 'organizations:DescribeOrganization', effect: loseAnswer });
    const once = new OrganizationsClient({ maxAttempts: 1 });
    await expect(once.send(new DescribeOrganizationCommand({}))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('compares text as Node does', () => {
    const ofNode: Compare = runInNewContext('(a, b, locales, options) => a.localeCompare(b, locales, options)');
    const texts = ['', 'a', 'A', 'á', 'b', 'arn:aws:iam::1', 'arn:aws:iam::12', 'item 2', 'item 10'];
    const options: Intl.CollatorOptions[] = [{ sensitivity: 'base' }, { sensitivity: 'accent' }, { sensitivity: 'variant' }, { numeric: true }, {}];
    const compared = (compare: Compare) => texts.flatMap((a) => texts.flatMap((b) => [
      compare(a, b),
      ...options.flatMap((each) => [undefined, 'de', ['sv', 'en']].map((locales) => compare(a, b, locales, each))),
    ]));
    expect(compared((a, b, locales, each) => a.localeCompare(b, locales, each))).toEqual(compared(ofNode));
  });
});

type Compare = (a: string, b: string, locales?: string | string[], options?: Intl.CollatorOptions) => number;

function attempt(operation: () => unknown): unknown {
  try {
    return operation();
  } catch (error) {
    return error;
  }
}
