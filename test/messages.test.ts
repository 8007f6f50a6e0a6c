import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { codesIn, messagesIn, type Message } from './support/messages';
import { onTestFinished } from './support/on-test-finished';
import { CODES } from '../lambda/sweep/remedies';

const PROJECT = join(__dirname, '..');
const PAGE = 'docs/troubleshooting.md';
const SYNTHESIS = 'docs/synth-messages.md';

/** Texts that no page explains. */
const EXCEPTIONS: readonly { readonly where: RegExp; readonly because: string }[] = [
  { where: /^lambda\/policies\/documents\.ts: /, because: "said after 'cannot be judged:', whose row has the remedy" },
  { where: /: (allow|extend) recovery of the root password|: close the password recovery of|: restore the policy of/, because: 'what an approver is asked' },
  { where: /: Any person who reads the mail|: It is open since|: It has none now/, because: 'what an approver is asked' },
  { where: /: The password of the root user of account … will|: Recovery was allowed at|: To keep it longer/, because: 'a reminder, which says what to do' },
  { where: /: it is not there any more$/, because: 'it counts as deleted, and no report has it' },
  { where: /: <ARN of the role/, because: 'a placeholder in the statement of a warning' },
];

/** Codes that no one sees. */
const INTERNAL_CODES = ['FeatureOff', 'RecoveryOpened']; // told as FeatureNotEnabled; the password is kept, with the reason

const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');

/** The page and the guides that it links to. */
const pages = () => [PAGE, ...new Set([...read(PAGE).matchAll(/\]\(([\w./-]+\.md)[#)]/g)].map(([, link]) => normalize(join(dirname(PAGE), link))))];

const plain = (text: string) => text.replaceAll('`', '').replace(/\s+/g, ' ').trim();

/** What is in code font: people look for messages as they would paste them. */
const quotedIn = (markdown: string) => [...markdown.matchAll(/^```.*?^```|``[^\n]+?``|`[^`\n]+`/gms)].map(([code]) => plain(code.replaceAll('\\|', '|'))).join('\n');

const FEWEST_WORDS = 4;

const wordsOf = (text: string) => text.split(' ').filter((word) => /[a-z]{2}/i.test(word)).length;

/** The words by which a page is searched: the first four or more that stand together, up to what goes on after a colon or the like. */
function headOf({ text }: Message): string | undefined {
  const parts = text.split('…').map(plain);
  if (wordsOf(parts.join(' ')) < FEWEST_WORDS) {
    return undefined;
  }
  const part = parts.find((each) => wordsOf(each) >= FEWEST_WORDS) ?? parts.reduce((one, other) => wordsOf(other) > wordsOf(one) ? other : one);
  const head = [...part.matchAll(/: |; |, got| \(|\. /g)].map(({ index }) => part.slice(0, index)).find((each) => wordsOf(each) >= FEWEST_WORDS);
  return (head ?? part).replace(/^[\s'",;:.)\]]+|[\s'",;:.([]+$/g, '');
}

/** Where the row belongs. */
const pageFor = (file: string) => file.startsWith('lib/') ? `${SYNTHESIS}, in the table of the construct` : `${PAGE}, in the section of ${
  file.startsWith('lambda/session/') ? "'Runbooks'" : file.startsWith('lambda/sweep/') ? "the sweep: 'Starts and selections', 'Results of an account', 'The deployment'" : 'its construct'}`;

function missing(messages: readonly Message[], quoted: string): string[] {
  return messages.flatMap((message) => {
    const head = headOf(message);
    const place = `${message.file}:${message.line}: ${message.text}`;
    return head === undefined || quoted.includes(head) || EXCEPTIONS.some(({ where }) => where.test(place.replace(/:\d+:/, ':'))) ? [] : [
      `${place}\n  is on no page. Add a row with \`${head}\` (in code font, … for what differs) and what to do about it to ${pageFor(message.file)}`,
    ];
  });
}

describe('the guide to troubleshooting', () => {
  const quoted = pages().map(read).map(quotedIn).join('\n');
  const messages = messagesIn(PROJECT, ['lib', 'lambda']);

  test('has every message of the constructs and of the functions', () => {
    expect(messages.length).toBeGreaterThan(500);
    expect(pages()).toContain(SYNTHESIS);
    expect(missing(messages, quoted)).toEqual([]);
  });

  test('has every code by which errors are told apart', () => {
    const codes = [...new Set([...codesIn(PROJECT, 'lambda'), ...Object.values(CODES)])];
    expect(codes).toEqual(expect.arrayContaining(['InputRefused', 'PasswordExists', 'LimitExceeded']));
    expect(codes.filter((code) => !INTERNAL_CODES.includes(code) && !new RegExp(`\\b${code}\\b`).test(quoted)).map((code) => `${code} is on no page: add a row with what to do about it to ${PAGE}`)).toEqual([]);
  });

  test('needs each of its exceptions', () => {
    const places = messages.map(({ file, text }) => `${file}: ${text}`);
    expect(EXCEPTIONS.filter(({ where }) => !places.some((place) => where.test(place)))).toEqual([]);
  });
});

describe('a message', () => {
  const found = (sources: Record<string, string>) => {
    const folder = mkdtempSync(join(tmpdir(), 'messages-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'lib'));
    Object.entries(sources).forEach(([name, source]) => writeFileSync(join(folder, 'lib', name), source));
    return messagesIn(folder, ['lib']);
  };

  test.each([
    ['of an error', 'throw new Error(`the bucket ${name} is another one`);', 'the bucket … is another one'],
    ['in pieces', "throw new Error('the bucket ' + name + ' is another one, ' + 'look again');", 'the bucket … is another one, look again'],
    ['of an error of its own', "class Tampered extends Error {}\nthrow new Tampered('somebody has changed it');", 'somebody has changed it'],
    ['in its constructor', "class Tampered extends Error { constructor() { super('somebody has changed it'); } }", 'somebody has changed it'],
    ['through a function', "const refused = (reason: string) => new Error(`refused: ${reason}`);\nthrow refused('it has unknown keys');", 'it has unknown keys'],
    ['through two', "function a(text: string) { return new Error(text); }\nfunction b(code: string, text: string) { return a(text); }\nthrow b('Refused', 'it has unknown keys');", 'it has unknown keys'],
    ['in a variable', "const all = 'allowed are accounts and dryRun';\nthrow new Error(`it is refused: ${all}`);", 'allowed are accounts and dryRun'],
    ['in a list', "throw new Error(['it was not undone', late ? 'and is late' : 'and is lost'].join());", 'and is lost'],
    ['of a check', "const check = { allowed: 'the name of a bucket', accepts };", 'the name of a bucket'],
    ['of a warning', "Annotations.of(this).addWarningV2('id', 'the bucket is open to all');", 'the bucket is open to all'],
    ['of a validation', "class C { check() { return ['the bucket is open to all']; } add() { this.node.addValidation({ validate: () => this.check() }); } }", 'the bucket is open to all'],
    ['among remedies', "const BY_CODE = { Throttling: ['start at another time of day'] };\nconst problem = { remedies: BY_CODE[code] };", 'start at another time of day'],
  ])('is found %s', (_, source, text) => {
    expect(found({ 'a.ts': source }).map((message) => message.text)).toContain(text);
  });

  test('is found through a function of another file, with its own place', () => {
    const messages = found({ 'errors.ts': 'export const refused = (reason: string) => new Error(reason);', 'a.ts': "import { refused } from './errors';\n\nthrow refused('it has unknown keys');" });
    expect(messages).toContainEqual({ file: 'lib/a.ts', line: 3, text: 'it has unknown keys' });
  });

  test('that is on no page is reported with its place, the words to add and the page', () => {
    const [report] = missing([{ file: 'lib/sweep/a.ts', line: 7, text: '… must be a colour of the rainbow, got …' }], 'something else');
    expect(report).toMatch(/^lib\/sweep\/a\.ts:7: .*\n.*`must be a colour of the rainbow`.*docs\/synth-messages\.md/);
  });

  test('is found on a page by its head, however its code is marked', () => {
    const quoted = quotedIn('| ``it must be `a colour of the rainbow`: …`` | choose one |');
    expect(missing([{ file: 'lib/a.ts', line: 7, text: 'it must be `a colour of the rainbow`: red, got …' }], quoted)).toEqual([]);
  });
});
