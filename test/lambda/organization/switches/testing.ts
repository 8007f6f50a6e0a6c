import { iam, organizations, sts } from '../../../../lambda/aws/clients';
import { seconds } from '../../../../lambda/aws/patience';
import { log } from '../../../../lambda/log';
import type { Aws } from '../../../../lambda/organization/switches/organization';
import { FakeOrganization, serve, type OrganizationOptions } from '../../../../local-aws/organization';
import { setEnvironment } from '../../../support/environment-variables';
import { onTestFinished } from '../../../support/on-test-finished';

export const MANAGEMENT = '111111111111';
export const SECURITY = '222222222222';
export const OTHER = '333333333333';
export const OUTSIDER = '999999999999';
export const ORGANIZATION_ID = 'o-fakeorganization';
export const IAM = 'iam.amazonaws.com';

export interface World {
  readonly organization: FakeOrganization;
  /** The clients of the handlers, as the function's role in the management account. */
  readonly aws: Aws;
  /** The calls that changed something, in their order. */
  turned(): string[];
  /** What the handler warned about. */
  warnings(): string[];
}

/** An organization on the wire, and the environment of a function in one of its accounts, until the test is over. */
export async function world(options: OrganizationOptions = {}, accountId = MANAGEMENT): Promise<World> {
  const organization = new FakeOrganization(options);
  organization.addAccount({ id: SECURITY });
  organization.addAccount({ id: OTHER });
  const { environment, close } = await serve(organization);
  onTestFinished(close);
  setEnvironment({ ...environment, AWS_ACCESS_KEY_ID: accountId });
  jest.spyOn(log, 'info').mockReturnValue();
  jest.spyOn(log, 'error').mockReturnValue();
  const warn = jest.spyOn(log, 'warn').mockReturnValue();
  onTestFinished(() => jest.restoreAllMocks());
  return {
    organization,
    aws: { organizations: organizations(), iam: iam(), sts: sts('us-east-1'), patience: seconds(3, 5, 50), isRollingBack: async () => false },
    turned: () => organization.calls.filter(({ operation, error }) => !error && /^(Enable|Disable|Register|Deregister)/.test(operation)).map(({ operation }) => operation),
    warnings: () => warn.mock.calls.map(([message]) => String(message)),
  };
}

/** For a test of what happens when nothing comes true in time. */
export const impatient = (aws: Aws): Aws => ({ ...aws, patience: seconds(0.3, 5, 50) });

/** What the organization has switched on, seen from inside. */
export function switchesOf(organization: FakeOrganization) {
  return { trustedAccess: organization.isTrusted(IAM), features: [...organization.features.current].sort() };
}

/** Registers a delegated administrator as if somebody had done it before. */
export function delegateTo(organization: FakeOrganization, ...accountIds: string[]) {
  organization.delegations.current = new Map(accountIds.map((id) => [id, new Map([[IAM, 0]])]));
}

export function delegates(organization: FakeOrganization): string[] {
  return organization.accounts.map(({ id }) => id).filter((id) => organization.isDelegatedAdministrator(id, IAM));
}
