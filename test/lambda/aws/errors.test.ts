import { IAMClient } from '@aws-sdk/client-iam';
import { DescribeOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import {
  attemptsOf, isDenied, isDeniedName, isNoSuchEntity, isRefusal, isTemporarilyUnmodifiable, messageOf, nameOf, textOf, withoutStack,
} from '../../../lambda/aws/errors';
import { password } from '../../../lambda/root-user/credentials';
import { fail, FakeOrganization, loseAnswer, resetBefore, serve, type Effect, type ServedOrganization } from '../../../local-aws/organization';

/** What the CDK's Provider makes of an error that a function threw: its message, and its stack but for the first line. */
const reasonOf = ({ message, stack }: Error) => [message, ...stack!.split('\n').slice(1)].join('\n');

describe('an error for CloudFormation', () => {
  test('is shown once, with all its lines', () => {
    expect(reasonOf(withoutStack(new Error('1 failed\n  remedy\nreport')))).toBe('1 failed\n  remedy\nreport');
  });

  test('names what AWS called it', () => {
    expect(withoutStack(Object.assign(new Error('no'), { name: 'AccessDenied' })).message).toBe('AccessDenied: no');
  });

  test('fits its answer in any alphabet', () => {
    expect(Buffer.byteLength(reasonOf(withoutStack(new Error('猫'.repeat(5_000)))))).toBeLessThan(3_300);
  });
});

describe('an error in words', () => {
  test('has the code that AWS gave, and its message alone without one', () => {
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
    expect([nameOf(denied), messageOf(denied), textOf(denied)]).toEqual(['AccessDenied', 'not authorized', 'AccessDenied: not authorized']);
    expect(textOf(new Error('no bucket'))).toBe('no bucket');
  });

  test('is told, too, of what is thrown and is no error', () => {
    expect([nameOf('broken'), messageOf('broken'), textOf('broken')]).toEqual(['Error', 'broken', 'broken']);
    expect(textOf(undefined)).toBe('undefined');
  });

  test.each(['AccessDenied', 'AccessDeniedException'])('is a denial by the name of %s, with any other name it is none', (name) => {
    expect([isDeniedName(name), isDenied(Object.assign(new Error(), { name }))]).toEqual([true, true]);
    expect([isDeniedName(`${name}s`), isDenied(new Error(name))]).toEqual([false, false]);
  });

  test.each(['EntityTemporarilyUnmodifiable', 'EntityTemporarilyUnmodifiableException', 'ConcurrentModification', 'ConcurrentModificationException'])(
    'passes by itself by the name of %s', (name) => {
      expect(isTemporarilyUnmodifiable(Object.assign(new Error(), { name }))).toBe(true);
      expect(isTemporarilyUnmodifiable(new Error(name))).toBe(false);
    });
});

describe('whether a request had an effect', () => {
  const organization = new FakeOrganization();
  let served: ServedOrganization;
  beforeAll(async () => {
    served = await serve(organization);
    Object.assign(process.env, served.environment);
    jest.spyOn(Math, 'random').mockReturnValue(0.01); // the SDK draws its pauses between attempts, here the shortest
  });
  afterAll(() => served.close());
  afterEach(() => organization.faults.clear());

  /** The error of a call that is sent up to twice. */
  async function errorAfter(...effects: Effect[]): Promise<unknown> {
    organization.faults.add({ operation: '*', effect: (call, answer) => effects.shift()!(call, answer) });
    return new OrganizationsClient({ maxAttempts: 2 }).send(new DescribeOrganizationCommand({})).then(() => Promise.reject(new Error('it succeeded')), (error) => error);
  }

  test('it had none when AWS refused it at once', async () => {
    const error = await errorAfter(fail('ValidationException'));
    expect([isRefusal(error), attemptsOf(error)]).toEqual([true, 1]);
  });

  test.each<[string, Effect[]]>([
    ['AWS broke down', [fail('ServiceFailure'), fail('ServiceFailure')]],
    ['the answer was lost', [loseAnswer, loseAnswer]],
    ['the connection broke', [resetBefore, resetBefore]],
    ['it was refused when it was sent again, after an answer that was lost', [loseAnswer, fail('ValidationException')]],
  ])('it may have had one when %s', async (_what, effects) => {
    const error = await errorAfter(...effects);
    expect([isRefusal(error), attemptsOf(error)]).toEqual([false, 2]);
  });

  test('it may have had one when AWS broke down, also when it was not sent again', async () => {
    organization.faults.add({ operation: '*', effect: fail('ServiceFailure') });
    const error = await new OrganizationsClient({ maxAttempts: 1 }).send(new DescribeOrganizationCommand({})).catch((reason) => reason);
    expect([isRefusal(error), attemptsOf(error)]).toEqual([false, 1]);
  });

  test.each([undefined, new Error('something of our own')])('it may have had one when the error tells nothing: %s', (error) => {
    expect([isRefusal(error), attemptsOf(error)]).toEqual([false, 1]);
  });

  test('what IAM does not know is told apart from what it denies', async () => {
    organization.addAccount({ id: '222222222222' });
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = organization.longTermRoot('222222222222');
    const iam = new IAMClient({ credentials: { accessKeyId, secretAccessKey, sessionToken } });
    expect(await password(iam)).toBeUndefined();
    organization.faults.add({ operation: 'iam:GetLoginProfile', effect: fail('AccessDenied') });
    const error: unknown = await password(iam).catch((reason) => reason);
    expect([isDenied(error), isNoSuchEntity(error)]).toEqual([true, false]);
  });
});
