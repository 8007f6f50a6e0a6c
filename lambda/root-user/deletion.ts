import {
  DeactivateMFADeviceCommand, DeleteAccessKeyCommand, DeleteLoginProfileCommand, type DeleteLoginProfileCommandOutput,
  DeleteSigningCertificateCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import type { Credential } from './credentials';
import { aroundEachRequest, type AroundRequest } from '../aws/each-request';
import { seconds } from '../aws/patience';

/** How long IAM may answer that a credential is temporarily unmodifiable. */
export const UNMODIFIABLE = seconds(120, 1_000, 10_000);

/** Deletes the password, whichever it is: the call names none. */
export const deletePassword = (iam: IAMClient): Promise<unknown> => iam.send(new DeleteLoginProfileCommand({}));

/**
 * Deletes a credential.
 *
 * @param around checks before each request, also before one that the SDK repeats, that what it deletes is still that credential
 */
export async function deleteCredential(iam: IAMClient, { kind, id }: Credential, around: AroundRequest): Promise<Pick<DeleteLoginProfileCommandOutput, '$metadata'>> {
  switch (kind) {
    case 'Password':
      return iam.send(aroundEachRequest(new DeleteLoginProfileCommand({}), around));
    case 'AccessKey':
      return iam.send(aroundEachRequest(new DeleteAccessKeyCommand({ AccessKeyId: id }), around));
    case 'SigningCertificate':
      return iam.send(aroundEachRequest(new DeleteSigningCertificateCommand({ CertificateId: id }), around));
    case 'MfaDevice':
      return iam.send(aroundEachRequest(new DeactivateMFADeviceCommand({ SerialNumber: id }), around));
  }
}
