import { S3Client } from '@aws-sdk/client-s3';
import { skipped } from '../../lambda/sweep/results';
import { RunFolder } from '../../lambda/sweep/run-folder';
import type { ResolvedSelection } from '../../lambda/sweep/selection';
import { serveObjects, type ObjectStore } from '../lambda/sweep/object-store';

export const account = (n: number) => ({ accountId: String(200_000_000_000 + n), accountName: `account-${n}` });

/** Three accounts in two batches, and one that is excluded. */
export const SELECTION: ResolvedSelection = {
  organizationId: 'o-abcdefghij',
  managementAccountId: '111111111111',
  callerAccountId: '111111111111',
  work: 'purge',
  credentials: ['AccessKey'],
  dryRun: false,
  protection: { keep: [], keepCertificates: false, deleteAccessKeysInUse: true },
  narrowed: false,
  alsoRunning: [],
  batches: [[account(0), account(1)], [account(2)]],
  skipped: [skipped(account(9), 'it is excluded')],
};

/** The folder of one run, empty before each test, in a bucket that this test file serves. */
export function serveRunFolder(): { readonly store: ObjectStore; readonly folder: RunFolder } {
  const served = {} as { store: ObjectStore; folder: RunFolder };
  beforeAll(async () => {
    served.store = await serveObjects();
    const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
    const s3 = new S3Client({ endpoint: served.store.endpoint, forcePathStyle: true, region: 'us-east-1', credentials });
    served.folder = new RunFolder(s3, 'reports', 'runs/one/');
  });
  afterAll(() => served.store.close());
  beforeEach(() => served.store.objects.clear());
  return served;
}
