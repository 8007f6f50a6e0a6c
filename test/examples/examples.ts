import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const EXAMPLES = join(__dirname, '..', '..', 'examples');
export const names = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);

/** Templates of the examples, a file for each stack. */
export const SNAPSHOTS = join(__dirname, 'snapshots');

/** What a user may write into the cdk.json of each example. */
export const CONTEXT: Record<string, object> = {
  'quick-start': { purge: true, exclude: ['333333333333'], delegate: ['222222222222'], joined: 'purge' },
  'two-accounts': { purge: true, exclude: ['333333333333'], management: '111111111111', security: '222222222222', organization: 'o-abcdefghij' },
  'guardrails': { targets: ['ou-abcd-11111111'], archiveAccounts: ['444444444444'] },
  'break-glass': { exclude: ['333333333333'], protectedBuckets: ['central-audit-logs'] },
};

/** The context in the cdk.json of an example. */
export function shipped(name: string): Record<string, string | string[]> {
  return JSON.parse(readFileSync(join(EXAMPLES, name, 'cdk.json'), 'utf8')).context;
}

/** Asset hashes change with every version of the SDK that is bundled. */
export const withoutAssetHashes = (template: string): string => template.replaceAll(/[0-9a-f]{64}/g, 'ASSET');
