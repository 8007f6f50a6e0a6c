import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Case, type Errors, runInPython, runInTypeScript } from './app-runs';
import { generated } from './generated';
import { CONTEXT, EXAMPLES, names, shipped, SNAPSHOTS, withoutAssetHashes } from '../examples/examples';

/** The context of an example, and what becomes of it: sweeps only look, or the app ends with an error in which this stands. */
const APPS: [name: string, context: object, becomes: 'dry run' | 'nothing to sweep' | string][] = [
  ['quick-start', {}, 'dry run'],
  ['quick-start', shipped('quick-start'), 'dry run'],
  ['quick-start', { purge: 'true' }, "'exclude' must be a list"],
  ['quick-start', { purge: 'TRUE', exclude: [] }, "'purge' must be true or false"],
  ['quick-start', { dryRun: true }, "'dryRun' is not a setting"],
  ['quick-start', { delegate: '222222222222' }, "'delegate' must be a list"],
  ['quick-start', { joined: 'Purge' }, "'joined' must be audit or purge"],
  ['quick-start', { exclude: ['break-glass'] }, 'exclude[0] must be a 12-digit AWS account id'],
  ['two-accounts', { management: '111111111111', security: '222222222222', organization: 'o-abcdefghij' }, 'dry run'],
  ['two-accounts', shipped('two-accounts'), "'management' must be given"],
  ['two-accounts', { ...CONTEXT['two-accounts'], exclude: undefined }, "'exclude' must be a list"],
  ['guardrails', {}, "'archiveAccounts' must be a list"],
  ['guardrails', shipped('guardrails'), 'targets must name at least one'],
  ['break-glass', {}, "'exclude' must be a list"],
  ['break-glass', shipped('break-glass'), 'nothing to sweep'],
];

/** The app of the README, as it is shown there. */
const README = join(EXAMPLES, '..', 'test', 'apps', 'readme');

let folder: string;
const outOf = (language: string, of: number | string) => join(folder, `${language}-${of}`);
const errors: Record<string, Errors> = {};
let errorsOfExamples: Errors;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'python-'));
  const sources = join(await generated('python', folder), 'src');
  const casesIn = (language: string, extension: string) => APPS.map(([name, context], i): Case => (
    { app: join(EXAMPLES, name, `app.${extension}`), context, out: outOf(language, i) }),
  ).concat({ app: join(README, `app.${extension}`), context: {}, out: outOf(language, 'README') });
  const examples = names.map((name): Case => ({ app: join(EXAMPLES, name, 'app.py'), context: CONTEXT[name], out: outOf('Python', name) }));
  errors.TypeScript = await runInTypeScript(casesIn('TypeScript', 'ts'));
  const inPython = await runInPython([...examples, ...casesIn('Python', 'py')], sources);
  errorsOfExamples = inPython.slice(0, examples.length);
  errors.Python = inPython.slice(examples.length);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(names)('the example %s in Python', (name) => {
  test('makes the same templates as that in TypeScript', () => {
    expect(errorsOfExamples[names.indexOf(name)]).toBeNull();
    const out = outOf('Python', name);
    const templates = readdirSync(out).filter((file) => file.endsWith('.template.json'));
    const snapshots = readdirSync(SNAPSHOTS).filter((file) => file.startsWith(`${name}.`));
    expect(templates.map((file) => `${name}.${file.replace('.template.json', '.json')}`)).toEqual(snapshots);
    for (const [i, template] of templates.entries()) {
      const made = withoutAssetHashes(readFileSync(join(out, template), 'utf8'));
      expect(JSON.parse(made)).toEqual(JSON.parse(readFileSync(join(SNAPSHOTS, snapshots[i]), 'utf8')));
    }
  });
});

test('the app of the README makes the same template in TypeScript and in Python, which audits and deletes nothing', () => {
  expect([errors.TypeScript.at(-1), errors.Python.at(-1)]).toEqual([null, null]);
  const [inTypeScript, inPython] = ['TypeScript', 'Python'].map((language) => JSON.parse(readFileSync(join(outOf(language, 'README'), 'RootAccess.template.json'), 'utf8')));
  expect(inPython).toEqual(inTypeScript);
  expect(templatesIn(outOf('Python', 'README'))).not.toContain('IAMDeleteRootUserCredentials');
});

describe.each(['TypeScript', 'Python'])('the example in %s', (language) => {
  test.each(APPS.map((row, i) => [...row, i] as const))('%s with %j: %s', (_name, _context, becomes, i) => {
    const succeeds = ['dry run', 'nothing to sweep'].includes(becomes);
    expect(errors[language][i]).toEqual(succeeds ? null : expect.stringContaining(becomes));
    if (becomes === 'dry run') {
      expect(templatesIn(outOf(language, i))).toContain('IAMAuditRootUserCredentials');
      expect(templatesIn(outOf(language, i))).not.toContain('IAMDeleteRootUserCredentials');
    }
  });
});

function templatesIn(out: string): string {
  const { artifacts } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { artifacts: Record<string, { properties?: { templateFile?: string } }> };
  return Object.values(artifacts).flatMap(({ properties }) => properties?.templateFile ?? []).map((file) => readFileSync(join(out, file), 'utf8')).join();
}
