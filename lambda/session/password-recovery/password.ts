import { CreateLoginProfileCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { LeftCredential, RecoveryRecord } from './record';
import { failure, isNamed, isNoSuchEntity, isRefusal } from '../../aws/errors';
import { accessKeys, mfaDevices, password, signingCertificates, type Credential } from '../../root-user/credentials';
import { deletePassword } from '../../root-user/deletion';
import { AssumeRootError } from '../../root-user/sessions';

/** Clocks differ by less, and IAM's dates have whole seconds. */
const CLOCKS_MS = 60_000;

/** Whether a password is older than the recovery, so that it is none of its business. One whose age AWS does not say is not touched either. */
export function isOlder({ createdAt }: Credential, { openedAt }: RecoveryRecord): boolean {
  return createdAt === undefined || Date.parse(createdAt) < Date.parse(openedAt) - CLOCKS_MS;
}

export async function expectNoPassword(iam: IAMClient, accountId: string) {
  const found = await password(iam);
  if (found) {
    throw passwordExists(accountId, found);
  }
}

function passwordExists(accountId: string, { createdAt }: Credential): Error {
  return failure('PasswordExists', `the root user of account ${accountId} has a password${createdAt ? ` since ${createdAt}` : ''}: there is nothing to recover. `
    + 'The owner of its mailbox can reset it at sign-in; to begin afresh, purge the root credentials of the account first');
}

/** Allows the owner of the root user's mailbox to set a password. It may have been allowed already, by an answer that was lost or a function that died. */
export async function allowPassword(iam: IAMClient, record: RecoveryRecord) {
  try {
    await iam.send(new CreateLoginProfileCommand({}));
  } catch (cause) {
    if (!isNamed(cause, 'EntityAlreadyExists', 'EntityAlreadyExistsException')) {
      throw cause;
    }
    const found = await password(iam);
    if (found && isOlder(found, record)) {
      throw passwordExists(record.accountId, found);
    }
  }
}

/** Whether it is certain that an attempt to allow a password had no effect. */
export function hadNoEffect(cause: unknown): boolean {
  return cause instanceof AssumeRootError || isRefusal(cause) || isNamed(cause, 'PasswordExists');
}

/** Deletes the password that a recovery brought; there may be none, and an older one stays. */
export async function deletePasswordOf(iam: IAMClient, record: RecoveryRecord) {
  const found = await password(iam);
  if (found && isOlder(found, record)) {
    throw failure('PasswordNotOfRecovery', `the root user of account ${record.accountId} has a password since ${found.createdAt ?? 'an unknown time'}, `
      + `which the recovery of ${record.openedAt} did not bring: it is left alone. Purge the root credentials of the account, then close the recovery again`);
  }
  try {
    await deletePassword(iam); // also when none is seen: reads lag
  } catch (cause) {
    if (!isNoSuchEntity(cause)) {
      throw cause;
    }
  }
}

/** Credentials of the root user besides a password. */
export async function otherCredentials(iam: IAMClient): Promise<LeftCredential[]> {
  const found = await Promise.all([accessKeys(iam), signingCertificates(iam), mfaDevices(iam)]);
  return found.flat().map(({ kind, id }) => ({ kind, id }));
}
