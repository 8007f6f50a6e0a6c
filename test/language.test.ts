import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..');
const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');

interface Phrase {
  readonly phrase: string;
  readonly instead: string;
}

/** The second table of the section "Words". */
function glossary(): Phrase[] {
  const [, table] = read('CONTRIBUTING.md').split('| instead of | write |\n| --- | --- |\n');
  const rows = table.slice(0, table.indexOf('\n\n')).split('\n');
  return rows.flatMap((row) => {
    const [, phrases, instead] = row.split('|').map((cell) => cell.trim());
    return [...phrases.matchAll(/`([^`]+)`/g)].map(([, phrase]) => ({ phrase, instead }));
  });
}

/** Keeps the lines, so that a finding has its number. */
const blank = (text: string) => text.replace(/[^\n]/g, ' ');

/** Code, and messages in code spans, have words of their own. */
const proseOf = (markdown: string) => markdown
  .replace(/^```.*?^```/gms, blank)
  .replace(/`[^`\n]*`/g, blank)
  .replace(/\]\([^)\n]*\)/g, blank);

const wordsOf = (comment: string) => proseOf(comment.replace(/@example.*/s, blank).replace(/^\s*\/?\*+/gm, blank));

const commentsOf = (source: string) => source.split(/(\/\*\*.*?\*\/)/s).map((part, i) => i % 2 === 1 ? wordsOf(part) : blank(part)).join('');

function findings(file: string, prose: string, phrases: Phrase[]): string[] {
  return phrases.flatMap(({ phrase, instead }) => {
    const pattern = new RegExp(`(?<![\\w-])${phrase.replaceAll(' ', '\\s+')}(?![\\w-])`, 'gi');
    return [...prose.matchAll(pattern)].map(({ index }) => `${file}:${prose.slice(0, index).split('\n').length}: '${phrase}': write: ${instead}`);
  });
}

const markdownIn = (folder: string) => readdirSync(join(PROJECT, folder)).filter((name) => name.endsWith('.md')).map((name) => join(folder, name));

const PAGES = [...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'local-aws/README.md'], ...['docs', 'docs/decisions', 'docs/runbooks'].flatMap(markdownIn)];

/** jsii documents what the index exports. */
const SOURCES = [...read('lib/index.ts').matchAll(/from '\.\/(.+)'/g)].map(([, module]) => `lib/${module}.ts`);

const PHRASES = glossary();

test('the public doc comments are in the words of the glossary', () => {
  expect(SOURCES).toContain('lib/sweep/root-credentials-purge.ts');
  expect(SOURCES.flatMap((file) => findings(file, commentsOf(read(file)), PHRASES))).toEqual([]);
});

test('the README and the guides are in the words of the glossary', () => {
  expect(PAGES).toContain('docs/runbooks/unlock-bucket.md');
  expect(PAGES.flatMap((file) => findings(file, proseOf(read(file)), PHRASES))).toEqual([]);
});

test('a finding has the line, the phrase and the words to write instead', () => {
  const source = [
    'const who = "is told";',
    '/**',
    ' * The topic',
    ' * that hears',
    ' * of it, not of `hears of`.',
    ' */',
    'const nobody = 1; // hears of',
    '/** Nobody. */',
  ].join('\n');
  const found = findings('a.ts', commentsOf(source), PHRASES);
  expect(found).toEqual(["a.ts:4: 'hears of': write: is notified of, receives", "a.ts:8: 'nobody': write: no principal, no one; or the passive voice"]);
});

test('code in a page is not read', () => {
  expect(findings('a.md', proseOf('Use `nobody`:\n\n```ts\nsomebody();\n```\n\n[this](beside.md)\n'), PHRASES)).toEqual([]);
});
