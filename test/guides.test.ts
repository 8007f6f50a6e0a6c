import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { PURGE_OPTIONS } from '../lib/sweep/root-credentials-purge';
import { SWEEP } from '../lib/sweep/root-credentials-sweep-props';

const PROJECT = join(__dirname, '..');
const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');

const markdownIn = (folder: string) => readdirSync(join(PROJECT, folder)).filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
const GUIDES = ['docs', 'docs/runbooks'].flatMap(markdownIn);
const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'local-aws/README.md', ...GUIDES, ...markdownIn('docs/decisions')];

const proseOf = (markdown: string) => markdown.replace(/^```.*?^```/gms, '');

/** As GitHub makes them of headings. */
const anchorsOf = (markdown: string) => [...proseOf(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading
  .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-'));

interface Link {
  readonly page: string;
  readonly target: string;
  readonly file: string;
  readonly anchor?: string;
}

const linksOf = (page: string): Link[] => [...proseOf(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
  .map(([, target]) => target)
  .filter((target) => !/^(https:|mailto:)/.test(target))
  .map((target) => {
    const [path, anchor] = target.split('#');
    return { page, target, file: path ? normalize(join(dirname(page), path)) : page, anchor };
  });

const LINKS = PAGES.flatMap(linksOf);

test('every link between pages leads to a file, and to a heading of it', () => {
  const broken = LINKS.filter(({ file, anchor }) => (
    !existsSync(join(PROJECT, file)) || (anchor !== undefined && file !== 'API.md' && !anchorsOf(read(file)).includes(anchor))));
  expect(LINKS.length).toBeGreaterThan(300);
  expect(broken.map(({ page, target }) => `${page}: ${target}`)).toEqual([]);
});

test('the index of the documentation has every guide', () => {
  const listed = LINKS.filter(({ page }) => page === 'docs/README.md').map(({ file }) => file);
  expect(GUIDES.filter((guide) => guide !== 'docs/README.md' && !listed.includes(guide))).toEqual([]);
});

test.each([['ts nofixture', 'app.ts'], ['python', 'app.py']])('the README shows in a block of %s the app that is run', (language, file) => {
  expect(read('README.md')).toContain(`\`\`\`${language}\n${read(`test/apps/readme/${file}`)}\`\`\`\n`);
});

test('the reference has every property of audits and purges', () => {
  const [, section] = /^## Choosing what is swept\n([^]*?)^## /m.exec(read('docs/reference.md'))!;
  const properties = [...Object.keys({ ...SWEEP.optional, ...PURGE_OPTIONS.optional }), 'failOnFindings'];
  expect(properties.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
});

test('the README is read in two minutes, and then there are pages', () => {
  expect(read('README.md').split(/\s+/).length).toBeLessThan(1_800);
});

test.each(['security-stack.ts', 'security-stack.test.ts'])('the guide to testing shows %s as it is run', (file) => {
  expect(read('docs/testing-in-your-app.md')).toContain(`\`\`\`ts\n${read(`test/apps/testing-guide/${file}`)}\`\`\`\n`);
});
