import { IAMClient } from '@aws-sdk/client-iam';
import { delegateTo, impatient, MANAGEMENT, ORGANIZATION_ID, OTHER, OUTSIDER, SECURITY, switchesOf, world } from './testing';
import * as features from '../../../../lambda/organization/switches/features';
import type { Aws } from '../../../../lambda/organization/switches/organization';
import type { FeaturesProperties } from '../../../../lib/organization/contract';
import { fail, FEATURES, late, loseAnswer, type Effect } from '../../../../local-aws/organization';

const BOTH: FeaturesProperties = { Features: [...FEATURES], RemovalPolicy: 'retain' };
const OWNED: FeaturesProperties = { ...BOTH, RemovalPolicy: 'destroy' };
const CREDENTIALS_ONLY: FeaturesProperties = { Features: ['RootCredentialsManagement'], RemovalPolicy: 'retain' };
const CREDENTIALS_OWNED: FeaturesProperties = { ...CREDENTIALS_ONLY, RemovalPolicy: 'destroy' };
const ALL_ON = { trustedAccess: true, features: [...FEATURES] };
const ALL_OFF = { trustedAccess: false, features: [] };
const ANSWER = { PhysicalResourceId: ORGANIZATION_ID, Data: { OrganizationId: ORGANIZATION_ID, ManagementAccountId: MANAGEMENT } };

/** Of features that were on before. */
const ADOPTED = `${ORGANIZATION_ID}/adopted:trusted access,RootCredentialsManagement,RootSessions`;

const never = late(Infinity);

describe('before anything is switched', () => {
  test('a member account is told which account is the management account', async () => {
    const { aws, turned } = await world({}, SECURITY);
    await expect(features.create(BOTH, aws)).rejects.toThrow(
      `account ${SECURITY} is not the management account of organization ${ORGANIZATION_ID}: deploy this stack to account ${MANAGEMENT}`);
    expect(turned()).toEqual([]);
  });

  test('an account without an organization is told to create one', async () => {
    const { aws } = await world({}, OUTSIDER);
    await expect(features.create(BOTH, aws)).rejects.toThrow(`account ${OUTSIDER} is not in an organization: create one`);
  });

  test('an organization for consolidated billing is told to enable all features', async () => {
    const { aws, turned } = await world({ featureSet: 'CONSOLIDATED_BILLING' });
    await expect(features.create(BOTH, aws)).rejects.toThrow('has the feature set CONSOLIDATED_BILLING: enable all features');
    expect(turned()).toEqual([]);
  });
});

describe('switching on', () => {
  test('goes from trusted access over credentials to sessions, and answers the ids', async () => {
    const { organization, aws, turned } = await world();
    expect(await features.create(BOTH, aws)).toEqual(ANSWER);
    expect(turned()).toEqual(['EnableAWSServiceAccess', 'EnableOrganizationsRootCredentialsManagement', 'EnableOrganizationsRootSessions']);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('takes what is on already as it is, without a single write', async () => {
    const { aws, turned } = await world(ALL_ON);
    expect(await features.create(BOTH, aws)).toEqual({ ...ANSWER, PhysicalResourceId: ADOPTED });
    expect(turned()).toEqual([]);
  });

  test('turns only what is missing', async () => {
    const { aws, turned } = await world({ trustedAccess: true, features: ['RootCredentialsManagement'] });
    await features.create(BOTH, aws);
    expect(turned()).toEqual(['EnableOrganizationsRootSessions']);
  });

  test('finds features again that come back with trusted access', async () => {
    const { organization, aws, turned } = await world({ features: [...FEATURES] });
    await features.create(BOTH, aws);
    expect(turned()).toEqual(['EnableAWSServiceAccess']);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('does not take the trusted access of another service for that of IAM', async () => {
    const { organization, aws, turned } = await world();
    organization.trustedServices.current = new Map([['sso.amazonaws.com', 0]]);
    await features.create(CREDENTIALS_ONLY, aws);
    expect(turned()).toEqual(['EnableAWSServiceAccess', 'EnableOrganizationsRootCredentialsManagement']);
  });

  test('finds them also when both services learn late of trusted access', async () => {
    const { organization, aws, turned } = await world({ features: [...FEATURES] });
    organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: late(200) });
    organization.faults.add({ operation: 'organizations:ListAWSServiceAccessForOrganization', effect: late(200) });
    await features.create(BOTH, aws);
    expect(turned()).toEqual(['EnableAWSServiceAccess']);
  });

  test('finds them also when IAM learns late of trusted access', async () => {
    const { organization, aws, turned } = await world({ features: [...FEATURES] });
    organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: late(200) });
    await features.create(BOTH, aws);
    expect(turned()).toEqual(['EnableAWSServiceAccess']);
  });

  test('tries a feature again that IAM refuses because it does not see trusted access yet', async () => {
    const { organization, aws } = await world();
    organization.faults.add({ operation: 'iam:EnableOrganizationsRootSessions', times: 3, effect: fail('ServiceAccessNotEnabledException') });
    await features.create(BOTH, aws);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('leaves a feature alone that was not asked for', async () => {
    const { organization, aws, turned } = await world({ trustedAccess: true, features: ['RootSessions'] });
    await features.create(CREDENTIALS_OWNED, aws);
    expect(turned()).toEqual(['EnableOrganizationsRootCredentialsManagement']);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('copes with an EnabledFeatures that AWS leaves out', async () => {
    const { organization, aws } = await world({ trustedAccess: true });
    organization.switches.emptyFeaturesSent = false;
    await features.create(BOTH, aws);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('finds trusted access on a later page', async () => {
    const { organization, aws, turned } = await world(ALL_ON);
    const others = Array.from({ length: 45 }, (_, index): [string, number] => [`service${index}.amazonaws.com`, 0]);
    organization.trustedServices.current = new Map([...others, ...organization.trustedServices.current]);
    await features.create(BOTH, aws);
    expect(turned()).toEqual([]);
  });

  test.each([
    'organizations:EnableAWSServiceAccess', 'organizations:DescribeOrganization',
  ])('tries %s again while somebody else changes the organization', async (operation) => {
    const { organization, aws } = await world();
    organization.faults.add({ operation, times: 4, effect: fail('ConcurrentModificationException') });
    await features.create(BOTH, aws);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('gives up on changes by others when the patience ends, and says so', async () => {
    const { organization, aws } = await world();
    organization.faults.add({ operation: 'organizations:EnableAWSServiceAccess', effect: fail('ConcurrentModificationException') });
    await expect(features.create(BOTH, impatient(aws))).rejects.toThrow(
      /^trusted access could not be switched on: ConcurrentModificationException: The target of the operation is currently being modified[^;]*$/); // nothing to undo
    expect(switchesOf(organization)).toEqual(ALL_OFF);
  });

  test('waits for permissions that are not in effect yet', async () => {
    const { organization, aws } = await world();
    for (const operation of ['organizations:DescribeOrganization', 'organizations:ListAWSServiceAccessForOrganization', 'iam:ListOrganizationsFeatures', 'iam:EnableOrganizationsRootSessions']) {
      organization.faults.add({ operation, times: 3, effect: fail('AccessDenied', 'not yet', 403) });
    }
    await features.create(BOTH, aws);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test.each([
    'organizations:EnableAWSServiceAccess', 'iam:EnableOrganizationsRootCredentialsManagement', 'iam:EnableOrganizationsRootSessions',
  ])('survives a lost answer to %s', async (operation) => {
    const { organization, aws } = await world();
    organization.faults.add({ operation, times: 1, effect: loseAnswer });
    expect(await features.create(BOTH, aws)).toEqual(ANSWER);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('waits until both services report what was switched on', async () => {
    const { organization, aws } = await world();
    organization.faults.add({ operation: 'iam:*', effect: late(200) });
    organization.faults.add({ operation: 'organizations:ListAWSServiceAccessForOrganization', effect: late(300) });
    const started = Date.now();
    await features.create(BOTH, aws);
    expect(Date.now() - started).toBeGreaterThan(400);
  });

  test('fails with what was seen when a feature never shows', async () => {
    const { organization, aws } = await world({ trustedAccess: true });
    organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: never });
    await expect(features.create(BOTH, impatient(aws))).rejects.toThrow(
      'trusted access, RootCredentialsManagement, RootSessions should be on, but after 0.3 seconds AWS still reports trusted access on');
  });

  test('fails with what was seen when somebody switches trusted access off in the middle', async () => {
    const { organization, aws } = await world();
    organization.faults.add({ operation: 'iam:EnableOrganizationsRootSessions', effect: switchOffAfter(() => { organization.trustedServices.current = new Map(); }) });
    await expect(features.create(BOTH, impatient(aws))).rejects.toThrow('AWS still reports nothing on');
  });
});

describe('a create that fails', () => {
  test('switches off again what it had turned on, in the reverse order, when the stack owns the switches', async () => {
    const { organization, aws, turned } = await world();
    organization.faults.add({ operation: 'iam:EnableOrganizationsRootSessions', effect: fail('ValidationError', 'no more') });
    await expect(features.create(OWNED, aws)).rejects.toThrow(
      /^RootSessions could not be switched on: .*no more; switched off again: trusted access, RootCredentialsManagement$/);
    expect(turned()).toEqual([
      'EnableAWSServiceAccess', 'EnableOrganizationsRootCredentialsManagement', 'DisableOrganizationsRootCredentialsManagement', 'DisableAWSServiceAccess',
    ]);
  });

  test('undoes nothing that was on before it came', async () => {
    const { organization, aws, turned } = await world({ trustedAccess: true, features: ['RootCredentialsManagement'] });
    organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: never });
    await expect(features.create(OWNED, impatient(aws))).rejects.toThrow('switched off again: RootSessions');
    expect(turned()).toEqual(['EnableOrganizationsRootSessions', 'DisableOrganizationsRootSessions']);
    expect(switchesOf(organization)).toEqual({ trustedAccess: true, features: ['RootCredentialsManagement'] });
  });

  test('undoes what may have had its effect although no answer ever came', async () => {
    const { organization, aws } = await world({ trustedAccess: true });
    organization.faults.add({ operation: 'iam:EnableOrganizationsRootSessions', effect: answerWithServerError });
    const soonTired = { ...aws, iam: new IAMClient({ maxAttempts: 2 }) };
    await expect(features.create(OWNED, soonTired)).rejects.toThrow('switched off again: RootCredentialsManagement, RootSessions');
    expect(switchesOf(organization)).toEqual({ trustedAccess: true, features: [] });
  });

  test('tells what may still be on when undoing fails too', async () => {
    const { organization, aws } = await world();
    organization.faults.add({ operation: 'iam:EnableOrganizationsRootSessions', effect: fail('ValidationError') });
    organization.faults.add({ operation: 'iam:DisableOrganizationsRootCredentialsManagement', effect: fail('ValidationError', 'not now') });
    await expect(features.create(OWNED, aws)).rejects.toThrow(
      /undoing failed too, so these may still be on: trusted access, RootCredentialsManagement \(RootCredentialsManagement could not be switched off: .*not now\)$/);
    expect(switchesOf(organization)).toEqual({ trustedAccess: true, features: ['RootCredentialsManagement'] });
  });

  test('takes back what it did under RETAIN too, and leaves alone what was on before', async () => {
    const { organization, aws } = await world({ trustedAccess: true });
    organization.faults.add({ operation: 'iam:EnableOrganizationsRootSessions', effect: fail('ValidationError') });
    await expect(features.create(BOTH, aws)).rejects.toThrow('switched off again: RootCredentialsManagement');
    expect(switchesOf(organization)).toEqual({ trustedAccess: true, features: [] });
  });
});

describe('an update', () => {
  test('switches on a feature that joins the properties, and answers the ids', async () => {
    const { organization, aws } = await world({ trustedAccess: true, features: ['RootCredentialsManagement'] });
    expect(await features.update(BOTH, CREDENTIALS_ONLY, aws, ORGANIZATION_ID)).toEqual(ANSWER);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('switches off a feature that leaves the properties when the stack owns it, and answers the ids', async () => {
    const { organization, aws } = await world(ALL_ON);
    expect(await features.update(CREDENTIALS_OWNED, OWNED, aws, ORGANIZATION_ID)).toEqual(ANSWER);
    expect(switchesOf(organization)).toEqual({ trustedAccess: true, features: ['RootCredentialsManagement'] });
  });

  test('keeps a feature on that leaves the properties under RETAIN', async () => {
    const { aws, turned } = await world(ALL_ON);
    await features.update(CREDENTIALS_ONLY, BOTH, aws, ORGANIZATION_ID);
    expect(turned()).toEqual([]);
  });

  test('that brings RETAIN switches nothing off, even what leaves with it', async () => {
    const { aws, turned } = await world(ALL_ON);
    await features.update(CREDENTIALS_ONLY, OWNED, aws, ORGANIZATION_ID);
    expect(turned()).toEqual([]);
  });

  test('switches on again what somebody had switched off', async () => {
    const { organization, aws } = await world();
    await features.update(BOTH, BOTH, aws, ORGANIZATION_ID);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('that rolls back a failed one converges to the older properties when the stack owns the switches', async () => {
    const { organization, aws } = await world({ trustedAccess: true, features: ['RootCredentialsManagement'] });
    const failing = organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: never });
    await expect(features.update(OWNED, CREDENTIALS_OWNED, impatient(aws), ORGANIZATION_ID)).rejects.toThrow('should be on');
    failing();
    expect(await features.update(CREDENTIALS_OWNED, OWNED, aws, ORGANIZATION_ID)).toEqual(ANSWER);
    expect(switchesOf(organization)).toEqual({ trustedAccess: true, features: ['RootCredentialsManagement'] });
  });

  test('that rolls back a failed one switches nothing off under RETAIN', async () => {
    const { organization, aws } = await world({ trustedAccess: true, features: ['RootCredentialsManagement'] });
    const failing = organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: never });
    await expect(features.update(BOTH, CREDENTIALS_ONLY, impatient(aws), ORGANIZATION_ID)).rejects.toThrow('should be on');
    failing();
    await features.update(CREDENTIALS_ONLY, BOTH, aws, ORGANIZATION_ID);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('that rolls back one in which something else failed leaves on what it may have found on, also when the stack owns the switches', async () => {
    const { organization, aws } = await world(ALL_ON);
    expect(await features.update(OWNED, CREDENTIALS_OWNED, aws, ORGANIZATION_ID)).toEqual(ANSWER);
    await features.update(CREDENTIALS_OWNED, OWNED, { ...aws, isRollingBack: async () => true }, ORGANIZATION_ID);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('keeps the physical id, which says what was on before, and takes a new one in another organization', async () => {
    const { aws } = await world(ALL_ON);
    expect(await features.update(BOTH, BOTH, aws, ADOPTED)).toEqual({ ...ANSWER, PhysicalResourceId: ADOPTED });
    expect(await features.update(BOTH, BOTH, aws, 'o-another/adopted:RootSessions')).toEqual(ANSWER);
  });

  test('fails when a feature that leaves is still reported', async () => {
    const { organization, aws } = await world(ALL_ON);
    organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: never });
    await expect(features.update(CREDENTIALS_OWNED, OWNED, impatient(aws), ORGANIZATION_ID)).rejects.toThrow('RootSessions should be off, but after 0.3 seconds AWS still reports');
  });
});

describe('a delete', () => {
  test('does not even ask AWS under RETAIN', async () => {
    const { organization, aws } = await world(ALL_ON);
    await features.remove(BOTH, ORGANIZATION_ID, aws);
    expect(organization.calls).toEqual([]);
  });

  test('switches off sessions, credentials and trusted access, in that order, when the stack owns them', async () => {
    const { organization, aws, turned } = await world(ALL_ON);
    await features.remove(OWNED, ORGANIZATION_ID, aws);
    expect(turned()).toEqual(['DisableOrganizationsRootSessions', 'DisableOrganizationsRootCredentialsManagement', 'DisableAWSServiceAccess']);
    expect(switchesOf(organization)).toEqual(ALL_OFF);
  });

  test('does not switch off trusted access before the features are reported as off', async () => {
    const { organization, aws, turned } = await world(ALL_ON);
    organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: never });
    await expect(features.remove(OWNED, ORGANIZATION_ID, impatient(aws))).rejects.toThrow('should be off');
    expect(turned()).not.toContain('DisableAWSServiceAccess');
  });

  test('switches nothing off while IAM and Organizations do not agree about trusted access, and says what was seen', async () => {
    const { organization, aws, turned } = await world(ALL_ON);
    organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: fail('ServiceAccessNotEnabledException') });
    await expect(features.remove(OWNED, ORGANIZATION_ID, impatient(aws))).rejects.toThrow(
      'IAM and Organizations should agree about trusted access, but after 0.3 seconds AWS still reports trusted access on, and IAM and Organizations do not agree');
    expect(turned()).toEqual([]);
  });

  test('switches nothing off when the features cannot be read', async () => {
    const { organization, aws, turned } = await world(ALL_ON);
    organization.faults.add({ operation: 'iam:ListOrganizationsFeatures', effect: fail('ValidationError', 'broken') });
    await expect(features.remove(OWNED, ORGANIZATION_ID, aws)).rejects.toThrow('broken');
    expect(turned()).toEqual([]);
  });

  test('of a create that never finished switches nothing off', async () => {
    const { organization, aws, turned, warnings } = await world(ALL_ON);
    await features.remove(OWNED, 'stack-RootAccess-1A2B3C4D5E6F7', aws);
    expect(turned()).toEqual([]);
    expect(switchesOf(organization)).toEqual(ALL_ON);
    expect(warnings()).toEqual([expect.stringContaining('nothing is switched off')]);
  });

  test('in an account that changed to another organization touches nothing there', async () => {
    const { aws, turned } = await world({ ...ALL_ON, organizationId: 'o-anotherone1' });
    await features.remove(OWNED, ORGANIZATION_ID, aws);
    expect(turned()).toEqual([]);
  });

  test('is done when the organization is gone', async () => {
    const { aws, turned } = await world(ALL_ON, OUTSIDER);
    await features.remove(OWNED, ORGANIZATION_ID, aws);
    expect(turned()).toEqual([]);
  });

  test('refuses while delegated administrators are registered, names them, and has switched nothing off', async () => {
    const { organization, aws, turned } = await world(ALL_ON);
    delegateTo(organization, SECURITY, OTHER);
    await expect(features.remove(OWNED, ORGANIZATION_ID, aws)).rejects.toThrow(
      `nothing was switched off, because delegated administrators for iam.amazonaws.com are still registered: ${SECURITY}, ${OTHER}; deregister them, then delete again`);
    expect(turned()).toEqual([]);
  });

  test('is done, with a warning, when trusted access is off: nothing can be managed then', async () => {
    const { aws, turned, warnings } = await world({ features: [...FEATURES] });
    await features.remove(OWNED, ORGANIZATION_ID, aws);
    expect(turned()).toEqual([]);
    expect(warnings()).toEqual([expect.stringContaining('they come back with it')]);
  });

  test('is done when trusted access goes off in the middle', async () => {
    const { organization, aws } = await world(ALL_ON);
    organization.faults.add({
      operation: 'iam:DisableOrganizationsRootCredentialsManagement',
      effect: switchOffAfter(() => { organization.trustedServices.current = new Map(); }),
    });
    await features.remove(OWNED, ORGANIZATION_ID, aws);
    expect(switchesOf(organization)).toEqual(ALL_OFF);
  });

  test('is done when trusted access goes off before a feature is switched off: nothing can be managed then', async () => {
    const { organization, aws } = await world(ALL_ON);
    organization.faults.add({
      operation: 'iam:DisableOrganizationsRootSessions',
      effect: switchOffAfter(() => { organization.trustedServices.current = new Map(); }),
    });
    await features.remove(OWNED, ORGANIZATION_ID, aws);
    expect(switchesOf(organization).trustedAccess).toBe(false);
  });

  test('does not mind delegated administrators for other services', async () => {
    const { organization, aws } = await world(ALL_ON);
    organization.delegations.current = new Map([[SECURITY, new Map([['sso.amazonaws.com', 0]])]]);
    await features.remove(OWNED, ORGANIZATION_ID, aws);
    expect(switchesOf(organization)).toEqual(ALL_OFF);
  });

  test('keeps trusted access, with a warning, for a feature that the stack does not name', async () => {
    const { organization, aws, warnings } = await world(ALL_ON);
    await features.remove(CREDENTIALS_OWNED, ORGANIZATION_ID, aws);
    expect(switchesOf(organization)).toEqual({ trustedAccess: true, features: ['RootSessions'] });
    expect(warnings()).toEqual([expect.stringContaining('stays on')]);
  });

  test('that failed in the middle can be done again', async () => {
    const { organization, aws } = await world(ALL_ON);
    const failing = organization.faults.add({ operation: 'organizations:DisableAWSServiceAccess', effect: fail('ConcurrentModificationException') });
    await expect(features.remove(OWNED, ORGANIZATION_ID, impatient(aws))).rejects.toThrow('trusted access could not be switched off');
    failing();
    await features.remove(OWNED, ORGANIZATION_ID, aws);
    expect(switchesOf(organization)).toEqual(ALL_OFF);
  });

  test('after an update to RETAIN switches nothing off', async () => {
    const { organization, aws } = await world(ALL_ON);
    await features.update(BOTH, OWNED, aws, ORGANIZATION_ID);
    await features.remove(BOTH, ORGANIZATION_ID, aws);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('after an update to DESTROY switches off', async () => {
    const { organization, aws } = await world(ALL_ON);
    await features.update(OWNED, BOTH, aws, ORGANIZATION_ID);
    await features.remove(OWNED, ORGANIZATION_ID, aws);
    expect(switchesOf(organization)).toEqual(ALL_OFF);
  });
});

/** Somebody else acts just after the call had its effect. */
function switchOffAfter(act: () => void): Effect {
  return async (_call, answer) => {
    const given = await answer();
    act();
    return given;
  };
}

/** The call has its effect, and AWS answers as if it had broken down. */
const answerWithServerError: Effect = async (call, answer) => {
  await answer();
  return fail('ServiceFailure')(call, answer);
};

describe('the rollback of the deployment that made the resource', () => {
  const rollBack = (aws: Aws, physicalId: string) => features.remove(OWNED, physicalId, { ...aws, isRollingBack: async () => true });

  test('leaves on what was on before', async () => {
    const { organization, aws, turned } = await world(ALL_ON);
    delegateTo(organization, SECURITY);
    const { PhysicalResourceId } = await features.create(OWNED, aws);
    await rollBack(aws, PhysicalResourceId);
    expect(turned()).toEqual([]);
    expect(switchesOf(organization)).toEqual(ALL_ON);
  });

  test('switches off what was off before, and nothing else', async () => {
    const before = { trustedAccess: true, features: ['RootCredentialsManagement' as const] };
    const { organization, aws } = await world(before);
    const { PhysicalResourceId } = await features.create(OWNED, aws);
    expect(switchesOf(organization)).toEqual(ALL_ON);
    await rollBack(aws, PhysicalResourceId);
    expect(switchesOf(organization)).toEqual(before);
  });

  test('switches off everything where all was off', async () => {
    const { organization, aws } = await world();
    const { PhysicalResourceId } = await features.create(OWNED, aws);
    expect(PhysicalResourceId).toBe(ORGANIZATION_ID);
    await rollBack(aws, PhysicalResourceId);
    expect(switchesOf(organization)).toEqual(ALL_OFF);
  });

  test('is told apart from a delete later on, which switches off', async () => {
    const { organization, aws } = await world(ALL_ON);
    await features.remove(OWNED, ADOPTED, aws);
    expect(switchesOf(organization)).toEqual(ALL_OFF);
  });
});
