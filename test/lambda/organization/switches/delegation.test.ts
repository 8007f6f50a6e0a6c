import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { delegates, delegateTo, impatient, MANAGEMENT, ORGANIZATION_ID, OTHER, OUTSIDER, SECURITY, world } from './testing';
import * as delegation from '../../../../lambda/organization/switches/delegation';
import type { DelegationProperties } from '../../../../lib/organization/contract';
import { fail, late, loseAnswer, shortPages, type Effect, type FakeOrganization } from '../../../../local-aws/organization';

const TO_SECURITY: DelegationProperties = { AccountId: SECURITY, Exclusive: 'false', RemovalPolicy: 'destroy' };
const TO_OTHER: DelegationProperties = { ...TO_SECURITY, AccountId: OTHER };
const EXCLUSIVE: DelegationProperties = { ...TO_SECURITY, Exclusive: 'true' };
const RETAINED: DelegationProperties = { ...TO_SECURITY, RemovalPolicy: 'retain' };
const TRUSTED = { trustedAccess: true };

const idOf = (accountId: string) => `${ORGANIZATION_ID}/${accountId}`;
const answerFor = (accountId: string) => ({ PhysicalResourceId: idOf(accountId), Data: { AccountId: accountId } });
const never = late(Infinity);

describe('registering', () => {
  test('makes the account delegated administrator for IAM; the id carries the account', async () => {
    const { organization, aws } = await world(TRUSTED);
    expect(await delegation.create(TO_SECURITY, aws)).toEqual(answerFor(SECURITY));
    expect(delegates(organization)).toEqual([SECURITY]);
  });

  test('takes an account that is registered already as it is, without a write', async () => {
    const { organization, aws } = await world(TRUSTED);
    delegateTo(organization, SECURITY);
    expect(await delegation.create(TO_SECURITY, aws)).toMatchObject({ Data: { AccountId: SECURITY } });
    expect(registrations(organization)).toEqual([]);
  });

  test('succeeds when somebody else registers the account in the middle', async () => {
    const { organization, aws } = await world(TRUSTED);
    organization.faults.add({ operation: 'organizations:RegisterDelegatedAdministrator', times: 1, effect: justBefore(() => delegateTo(organization, SECURITY)) });
    await delegation.create(TO_SECURITY, aws);
    expect(delegates(organization)).toEqual([SECURITY]);
  });

  test('survives a lost answer', async () => {
    const { organization, aws } = await world(TRUSTED);
    organization.faults.add({ operation: 'organizations:RegisterDelegatedAdministrator', times: 1, effect: loseAnswer });
    expect(await delegation.create(TO_SECURITY, aws)).toEqual(answerFor(SECURITY));
    expect(delegates(organization)).toEqual([SECURITY]);
  });

  test('tries again while somebody else changes the organization, and while permissions are not in effect', async () => {
    const { organization, aws } = await world(TRUSTED);
    organization.faults.add({ operation: 'organizations:RegisterDelegatedAdministrator', times: 3, effect: fail('ConcurrentModificationException') });
    organization.faults.add({ operation: 'organizations:*', times: 3, effect: fail('AccessDeniedException', 'not yet') });
    await delegation.create(TO_SECURITY, aws);
    expect(delegates(organization)).toEqual([SECURITY]);
  });

  test('waits for trusted access that was switched on a moment ago', async () => {
    const { organization, aws } = await world();
    setTimeout(() => { organization.trustedServices.current = new Map([['iam.amazonaws.com', 0]]); }, 200);
    await delegation.create(TO_SECURITY, aws);
    expect(delegates(organization)).toEqual([SECURITY]);
  });

  test('waits until the registration is readable', async () => {
    const { organization, aws } = await world(TRUSTED);
    organization.faults.add({ operation: 'organizations:ListDelegatedAdministrators', effect: late(300) });
    const started = Date.now();
    await delegation.create(TO_SECURITY, aws);
    expect(Date.now() - started).toBeGreaterThan(290);
  });

  test('finds a delegated administrator on a later page', async () => {
    const { organization, aws, turned } = await world(TRUSTED);
    delegateTo(organization, OTHER, SECURITY);
    organization.faults.add({ operation: 'organizations:ListDelegatedAdministrators', effect: shortPages(1) });
    await delegation.create(TO_SECURITY, aws);
    expect(turned()).toEqual([]);
  });
});

describe('a registration that AWS refuses names the cause and the remedy', () => {
  test('outside of the management account', async () => {
    const { aws } = await world(TRUSTED, SECURITY);
    await expect(delegation.create(TO_SECURITY, aws)).rejects.toThrow(`deploy this stack to account ${MANAGEMENT}`);
  });

  test('for the management account', async () => {
    const { aws } = await world(TRUSTED);
    await expect(delegation.create({ ...TO_SECURITY, AccountId: MANAGEMENT }, aws)).rejects.toThrow(
      `account ${MANAGEMENT} could not be registered as delegated administrator for iam.amazonaws.com: it is the management account`);
  });

  test('for a suspended account', async () => {
    const { organization, aws } = await world(TRUSTED);
    organization.account(SECURITY).state = 'SUSPENDED';
    await expect(delegation.create(TO_SECURITY, aws)).rejects.toThrow('it is suspended or being closed; reopen it');
    expect(registrations(organization)).toHaveLength(1); // waiting would not help
  });

  test('for an account that is not in the organization', async () => {
    const { aws } = await world(TRUSTED);
    await expect(delegation.create({ ...TO_SECURITY, AccountId: OUTSIDER }, aws)).rejects.toThrow('it is not in this organization; check the id');
  });

  test('without trusted access', async () => {
    const { aws } = await world();
    await expect(delegation.create(TO_SECURITY, impatient(aws))).rejects.toThrow('trusted access for IAM is off; pass features');
  });

  test('at the limit, with the way to change the account', async () => {
    const { organization, aws } = await world(TRUSTED);
    organization.switches.maximumDelegatedAdministrators = 1;
    delegateTo(organization, SECURITY);
    await expect(delegation.update(TO_OTHER, TO_SECURITY, aws, idOf(TO_SECURITY.AccountId))).rejects.toThrow(
      `beside ${SECURITY}; to change the account, remove the delegation in one deployment and add the new one in a second`);
    expect(delegates(organization)).toEqual([SECURITY]);
  });

  test('with the words of AWS for everything else, and undoes nothing', async () => {
    const { organization, aws, turned } = await world(TRUSTED);
    organization.faults.add({ operation: 'organizations:RegisterDelegatedAdministrator', effect: fail('PolicyChangesInProgressException', 'later') });
    await expect(delegation.create(TO_SECURITY, aws)).rejects.toThrow(/PolicyChangesInProgressException: later$/);
    expect(turned()).toEqual([]);
  });
});

describe('exclusive', () => {
  test('fails before anything is registered when another account is, and names it', async () => {
    const { organization, aws, turned } = await world(TRUSTED);
    delegateTo(organization, OTHER);
    await expect(delegation.create(EXCLUSIVE, aws)).rejects.toThrow(`exclusive: also registered as delegated administrator for iam.amazonaws.com: ${OTHER}`);
    expect(turned()).toEqual([]);
  });

  test('does not mind the account itself, nor the one that it replaces', async () => {
    const { organization, aws } = await world(TRUSTED);
    delegateTo(organization, OTHER);
    expect(await delegation.update(EXCLUSIVE, TO_OTHER, aws, idOf(TO_OTHER.AccountId))).toEqual(answerFor(SECURITY));
    expect(await delegation.update(EXCLUSIVE, TO_OTHER, aws, idOf(TO_OTHER.AccountId))).toMatchObject({ Data: { AccountId: SECURITY } }); // both are there
    expect(delegates(organization)).toEqual([SECURITY, OTHER]);
  });

  test('is not asked for when it is false', async () => {
    const { organization, aws } = await world(TRUSTED);
    delegateTo(organization, OTHER);
    await delegation.create(TO_SECURITY, aws);
    expect(delegates(organization)).toEqual([SECURITY, OTHER]);
  });
});

describe('a registration that fails afterwards', () => {
  test('undoes its own registration', async () => {
    const { organization, aws } = await world(TRUSTED);
    const failing = organization.faults.add({ operation: 'organizations:ListDelegatedAdministrators', effect: never });
    await expect(delegation.create(TO_SECURITY, impatient(aws))).rejects.toThrow(
      `after 0.3 seconds AWS still reports no account as delegated administrator for iam.amazonaws.com; account ${SECURITY} is deregistered again`);
    failing();
    expect(delegates(organization)).toEqual([]);
  });

  test('undoes it too when it was a replacement, and leaves the older one', async () => {
    const { organization, aws } = await world(TRUSTED);
    delegateTo(organization, OTHER);
    freezeDelegates(organization);
    await expect(delegation.update(TO_SECURITY, TO_OTHER, impatient(aws), idOf(TO_OTHER.AccountId))).rejects.toThrow('is deregistered again');
    expect(delegates(organization)).toEqual([OTHER]);
  });

  test('undoes nothing when somebody else made the registration', async () => {
    const { organization, aws, turned } = await world(TRUSTED);
    organization.faults.add({ operation: 'organizations:ListDelegatedAdministrators', effect: never });
    organization.faults.add({ operation: 'organizations:RegisterDelegatedAdministrator', times: 1, effect: justBefore(() => delegateTo(organization, SECURITY)) });
    await expect(delegation.create(TO_SECURITY, impatient(aws))).rejects.toThrow('AWS still reports no account');
    expect(turned()).toEqual([]);
    expect(delegates(organization)).toEqual([SECURITY]);
  });

  test('undoes what may have had its effect although no answer ever came', async () => {
    const { organization, aws } = await world(TRUSTED);
    organization.faults.add({
      operation: 'organizations:RegisterDelegatedAdministrator',
      effect: async (call, answer) => {
        await answer();
        return fail('ServiceFailure')(call, answer);
      },
    });
    const soonTired = { ...aws, organizations: new OrganizationsClient({ maxAttempts: 2 }) };
    await expect(delegation.create(TO_SECURITY, soonTired)).rejects.toThrow('is deregistered again');
    expect(delegates(organization)).toEqual([]);
  });

  test('takes its registration back under RETAIN too', async () => {
    const { organization, aws } = await world(TRUSTED);
    organization.faults.add({ operation: 'organizations:ListDelegatedAdministrators', effect: never });
    await expect(delegation.create(RETAINED, impatient(aws))).rejects.toThrow(`account ${SECURITY} is deregistered again`);
    expect(delegates(organization)).toEqual([]);
  });

  test('tells that undoing failed too', async () => {
    const { organization, aws } = await world(TRUSTED);
    organization.faults.add({ operation: 'organizations:ListDelegatedAdministrators', effect: never });
    organization.faults.add({ operation: 'organizations:DeregisterDelegatedAdministrator', effect: fail('ServiceRefused', 'not now') });
    await expect(delegation.create(TO_SECURITY, impatient(aws))).rejects.toThrow(`undoing failed too, so account ${SECURITY} may be registered (ServiceRefused: not now)`);
  });
});

describe('an update', () => {
  test('to another account registers it and answers its id, so that CloudFormation deletes the older one afterwards', async () => {
    const { organization, aws } = await world(TRUSTED);
    delegateTo(organization, SECURITY);
    expect(await delegation.update(TO_OTHER, TO_SECURITY, aws, idOf(TO_SECURITY.AccountId))).toEqual(answerFor(OTHER));
    expect(delegates(organization)).toEqual([SECURITY, OTHER]);
    await delegation.remove(TO_SECURITY, idOf(SECURITY), aws);
    expect(delegates(organization)).toEqual([OTHER]);
  });

  test('that rolls such a replacement back leaves the older account alone', async () => {
    const { organization, aws } = await world(TRUSTED);
    delegateTo(organization, SECURITY, OTHER);
    expect(await delegation.update(TO_SECURITY, TO_OTHER, aws, idOf(TO_OTHER.AccountId))).toMatchObject({ Data: { AccountId: SECURITY } });
    await delegation.remove(TO_OTHER, idOf(OTHER), aws);
    expect(delegates(organization)).toEqual([SECURITY]);
  });

  test('of something else keeps the id and answers the attribute', async () => {
    const { organization, aws, turned } = await world(TRUSTED);
    delegateTo(organization, SECURITY);
    expect(await delegation.update(EXCLUSIVE, RETAINED, aws, idOf(RETAINED.AccountId))).toEqual(answerFor(SECURITY));
    expect(turned()).toEqual([]);
  });
});

describe('a registration that was there before', () => {
  const ADOPTED = `${idOf(SECURITY)}/adopted`;

  test('is told apart for as long as the account stays the same', async () => {
    const { organization, aws } = await world(TRUSTED);
    delegateTo(organization, SECURITY);
    expect(await delegation.create(TO_SECURITY, aws)).toMatchObject({ PhysicalResourceId: ADOPTED });
    expect(await delegation.update(EXCLUSIVE, TO_SECURITY, aws, ADOPTED)).toMatchObject({ PhysicalResourceId: ADOPTED });
  });

  test('outlives the rollback of the deployment that adopted it', async () => {
    const { organization, aws } = await world(TRUSTED);
    delegateTo(organization, SECURITY);
    await delegation.remove(TO_SECURITY, ADOPTED, { ...aws, isRollingBack: async () => true });
    expect(delegates(organization)).toEqual([SECURITY]);
  });

  test('goes with its resource in every other deployment', async () => {
    const { organization, aws } = await world(TRUSTED);
    delegateTo(organization, SECURITY);
    await delegation.remove(TO_SECURITY, ADOPTED, aws);
    expect(delegates(organization)).toEqual([]);
  });
});

describe('a delete', () => {
  test('deregisters this account and no other', async () => {
    const { organization, aws } = await world(TRUSTED);
    delegateTo(organization, SECURITY, OTHER);
    await delegation.remove(TO_SECURITY, idOf(SECURITY), aws);
    expect(delegates(organization)).toEqual([OTHER]);
  });

  test('does not even ask AWS under RETAIN', async () => {
    const { organization, aws } = await world(TRUSTED);
    await delegation.remove(RETAINED, idOf(SECURITY), aws);
    expect(organization.calls).toEqual([]);
  });

  test.each([SECURITY, OUTSIDER])('is done when account %s is not registered, or gone', async (accountId) => {
    const { aws } = await world(TRUSTED);
    await delegation.remove(TO_SECURITY, idOf(accountId), aws);
  });

  test('is done when the organization is gone', async () => {
    const { organization, aws } = await world(TRUSTED, OUTSIDER);
    await delegation.remove(TO_SECURITY, idOf(SECURITY), aws);
    expect(organization.calls.map(({ operation }) => operation)).toEqual(['DescribeOrganization']);
  });

  test.each([
    ['that never finished', 'stack-SecurityAccount-1A2B3C4D5E6F7'], ['in another organization', `o-anotherone1/${SECURITY}`],
  ])('of a create %s deregisters nothing', async (_case, physicalId) => {
    const { organization, aws, warnings } = await world(TRUSTED);
    delegateTo(organization, SECURITY);
    await delegation.remove(TO_SECURITY, physicalId, aws);
    expect(delegates(organization)).toEqual([SECURITY]);
    expect(warnings()).toEqual([expect.stringContaining('nothing is deregistered')]);
  });

  test('waits until the account is no longer reported, and fails when it stays', async () => {
    const { organization, aws } = await world(TRUSTED);
    delegateTo(organization, SECURITY);
    freezeDelegates(organization);
    await expect(delegation.remove(TO_SECURITY, idOf(SECURITY), impatient(aws))).rejects.toThrow(`AWS still reports ${SECURITY} as delegated administrator`);
  });

  test('tries again while somebody else changes the organization', async () => {
    const { organization, aws } = await world(TRUSTED);
    delegateTo(organization, SECURITY);
    organization.faults.add({ operation: 'organizations:DeregisterDelegatedAdministrator', times: 3, effect: fail('ConcurrentModificationException') });
    await delegation.remove(TO_SECURITY, idOf(SECURITY), aws);
    expect(delegates(organization)).toEqual([]);
  });
});

const registrations = ({ calls }: FakeOrganization) => calls.filter(({ operation }) => operation === 'RegisterDelegatedAdministrator');

/** From now on AWS reports the delegated administrators of this moment. */
function freezeDelegates(organization: FakeOrganization) {
  const frozen = organization.delegations.current;
  organization.faults.add({
    operation: 'organizations:ListDelegatedAdministrators',
    effect: async (call, answer) => {
      call.view = (timeline) => (timeline as unknown) === organization.delegations ? frozen as never : timeline.current;
      return answer();
    },
  });
}

/** Somebody else acts just before the call is worked on. */
function justBefore(act: () => void): Effect {
  return async (_call, answer) => {
    act();
    return answer();
  };
}
