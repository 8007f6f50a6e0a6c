import type { IAMClient } from '@aws-sdk/client-iam';
import { iamOfRootSession } from '../../../lambda/aws/clients';
import { FakeOrganization, serve, type FakeAccount } from '../../../local-aws/organization';
import type { RootCredentialsInit } from '../../../local-aws/organization/accounts';
import { setEnvironment } from '../../support/environment-variables';
import { onTestFinished } from '../../support/on-test-finished';

export const MEMBER = '222222222222';

/** A member account and IAM as its root user, until the test is over. */
export async function rootOf(root: RootCredentialsInit): Promise<{ organization: FakeOrganization; account: FakeAccount; iam: IAMClient }> {
  const organization = new FakeOrganization();
  const account = organization.addAccount({ id: MEMBER, root });
  const { environment, close } = await serve(organization);
  onTestFinished(close);
  setEnvironment(environment);
  jest.spyOn(Math, 'random').mockReturnValue(0.01); // the SDK draws its pauses between attempts, here the shortest
  onTestFinished(() => jest.restoreAllMocks());
  return { organization, account, iam: iamOfRootSession({ ...organization.longTermRoot(MEMBER), Expiration: undefined }) };
}
