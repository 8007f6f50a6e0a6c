import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launchChromium } from './chromium';
import { accountOf, accountsOf, DENIED, HOSTILE, reportOf, UNITS } from './report-samples';
import type { SweepReport } from '../../../../lambda/sweep/report/contents';
import { htmlOf } from '../../../../lambda/sweep/report/html';
import { resultOf } from '../../../../lambda/sweep/results';
import { eventually } from '../../../support/eventually';
import { expectAbout } from '../../../support/expect-about';

const PHONE = 390;
const DESKTOP = 1440;
const LOOKS = [PHONE, DESKTOP].flatMap((width) => (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })));
type Look = typeof LOOKS[number];

const accountIds = (count: number) => Array.from({ length: count }, (_, n) => accountOf(n).accountId);

/** Names and errors as long as AWS lets them be, some without a place to break. */
const UNWIELDY = reportOf([
  ...accountsOf(10, (n) => n % 2 ? `account-${n}` : `${'unbroken'.repeat(6)}-${n}`),
  resultOf(accountOf(10, 'x'.repeat(50)), [{
    kind: 'SigningCertificate',
    id: 'Z'.repeat(128),
    state: 'Inactive',
    createdAt: '2013-01-02T03:04:05Z',
    lastUsedAt: '2014-01-02T03:04:05Z',
    status: 'failed',
    reason: 'reason'.repeat(30),
    problem: { code: 'VeryLongExceptionName'.repeat(4), message: `arn:aws:sts::111111111111:assumed-role/${'Role'.repeat(60)}`, remedies: ['remedy'.repeat(40), 'another'] },
  }], { code: 'C'.repeat(100), message: 'm'.repeat(500), remedies: ['r'.repeat(300)] }),
], {
  placement: { units: [...UNITS.slice(0, 3), { ...UNITS[3], name: 'unit'.repeat(32) }], parents: { [accountOf(10).accountId]: UNITS[3].id } },
  mailboxes: { [accountOf(10).accountId]: `${'m'.repeat(64)}@evil.example` },
  protection: { keep: [{ reason: 'reason'.repeat(33), owner: 'owner'.repeat(20), until: '2025-12-31' }], keepCertificates: true, recoveriesBucket: 'bucket'.repeat(10) },
}, { code: 'P'.repeat(100), message: 'm'.repeat(500), remedies: ['r'.repeat(300)] }, {
  construct: 'Stack/'.repeat(40),
  executionArn: `arn:aws:states:us-east-1:111111111111:execution:${'Machine'.repeat(11)}:${'execution'.repeat(8)}`,
  selection: { accounts: accountIds(100), exclude: accountIds(20) },
  allowedEmailDomains: ['example.com', `${'domain'.repeat(10)}.example`],
  approval: { digest: 'd'.repeat(64), approved: true, askedAt: '2026-01-02T03:04:05Z', approvedAt: '2026-01-02T04:04:05Z' },
});

/** Of an account with a key that something uses. */
const IN_USE = resultOf(accountOf(10), [
  { kind: 'AccessKey', id: 'AKIA10', status: 'kept', lastUsedAt: '2026-01-01T00:00:00Z', reason: 'it is in use' },
  { kind: 'Password', status: 'deleted', deletedAt: '2026-01-02T03:04:06Z', requestId: '1f0c2a9e-5b7d-4c1e-9a55-9f8e7d6c5b4a' },
]);

const executable = findChromium();

(executable === undefined ? describe.skip : describe)('the report in Chromium', () => {
  let browser: Browser;
  let page: Page;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-page-'));
    browser = await launchChromium(executable!);
    page = await browser.newPage({ offline: true });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens the file of a report as a person would, without a network, in place of the one before. */
  async function open(report: SweepReport, { width, colorScheme }: Look = { width: DESKTOP, colorScheme: 'light' }): Promise<Opened> {
    const file = join(mkdtempSync(join(folder, 'open-')), 'report.html');
    writeFileSync(file, htmlOf(report));
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, media: null });
    page.removeAllListeners();
    const opened = new Opened(page, pathToFileURL(file).href);
    await page.goto(opened.address);
    return opened;
  }

  describe.each(LOOKS)('$width pixels wide, $colorScheme', (look) => {
    test('fits its width, whatever names and errors are like, and loads nothing', async () => {
      const opened = await open(UNWIELDY, look);
      await openAll(page);
      expect(await page.locator('.details').count()).toBeGreaterThan(5);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(look.width);
      expect(opened.heard).toEqual([]);
      expect(opened.requests).toEqual([opened.address]);
    });

    test('can be read: its text stands out from what is behind it', async () => {
      await open(reportOf([...accountsOf(10), IN_USE], {}, DENIED, { executionArn: 'arn' }), look);
      await openAll(page);
      const texts = await contrasts(page);
      expect(texts.length).toBeGreaterThan(50);
      expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([]); // WCAG 2, level AA
    });

  });

  describe.each([PHONE, DESKTOP])('%d pixels wide', (width) => {
    const look: Look = { width, colorScheme: 'light' };

    test('shows what to do about failures before the accounts', async () => {
      await open(reportOf(accountsOf(10)), look);
      const [remedy, first] = await Promise.all([page.getByText(DENIED.remedies[0]).first().boundingBox(), page.locator('#rows > tr').first().boundingBox()]);
      expect(remedy!.height).toBeGreaterThan(0);
      expect(remedy!.y).toBeLessThan(first!.y);
      await page.getByRole('button', { name: 'Show the 2 accounts' }).click();
      expect(await ids(page)).toEqual([0, 5].map(id));
      await page.locator('#rows .toggle').first().click();
      expect(await page.locator('.details').innerText()).toContain(DENIED.remedies[1]);
    });

    test('shows what is still in use before the accounts, and each list whole in its width', async () => {
      await open(reportOf([...accountsOf(10), IN_USE]), look);
      const first = page.locator('#left tbody > tr').first();
      expect(await first.innerText()).toContain('used within 30 days');
      expect((await first.boundingBox())!.y).toBeLessThan((await page.locator('#rows > tr').first().boundingBox())!.y);
      const overlaps = await page.locator('.list td, .list tbody th').evaluateAll((cells) => (
        cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map(({ textContent }) => textContent)));
      expect(overlaps).toEqual([]);
    });

    test('filters by outcome and by organizational unit', async () => {
      await open(reportOf(accountsOf(10)), look);
      await page.getByRole('button', { name: 'Failed' }).click();
      expect(await ids(page)).toEqual([0, 5].map(id));
      await page.locator('#unit').selectOption('ou-abcd-workloads');
      expect(await ids(page)).toEqual([id(5)]);
      await page.getByRole('button', { name: 'Show all' }).click();
      await eventually(async () => expect(await ids(page)).toHaveLength(10));
    });
  });

  test('can be filtered, sorted and opened without a mouse', async () => {
    await open(reportOf(accountsOf(10)));
    await tabTo(page, 'Failed');
    await page.keyboard.press('Space');
    expect(await ids(page)).toEqual([0, 5].map(id));
    await page.keyboard.press('Space');
    await tabTo(page, 'name, id, credential, error');
    await page.keyboard.type('account-7');
    await eventually(async () => expect(await ids(page)).toEqual([id(7)]));
    await page.keyboard.press('Tab');
    await page.keyboard.press('End'); // the last unit
    await eventually(async () => expect(await ids(page)).toEqual([]));
    await tabTo(page, 'Show all');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await ids(page)).toHaveLength(10));
    await tabTo(page, 'Account');
    await page.keyboard.press('Enter');
    expect(await ids(page)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(id));
    await page.keyboard.press('Enter');
    expect(await ids(page)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map(id));
    await tabTo(page, 'access key');
    await page.keyboard.press('Enter');
    expect(await page.locator('.details').innerText()).toContain('in use');
  });

  test('is sorted by clicks on its heads, and on a phone by a list', async () => {
    await open(reportOf(accountsOf(10)));
    await page.getByRole('button', { name: 'Last used' }).click();
    expect((await ids(page)).slice(0, 2)).toEqual([1, 6].map(id));
    await open(reportOf(accountsOf(10)), { width: PHONE, colorScheme: 'light' });
    await page.getByLabel('Sort by').selectOption('Account');
    expect(await ids(page)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(id));
  });

  test('shows text of others as it is, and runs none of it', async () => {
    const results = HOSTILE.map((text, n) => resultOf(accountOf(n, text), [
      { kind: 'AccessKey', id: text, state: text, status: 'failed', reason: text, problem: { code: text, message: text, remedies: [text] } },
    ]));
    const units = HOSTILE.map((name, n) => ({ id: `ou-${n}`, name }));
    const parents = Object.fromEntries(results.map(({ accountId }, n) => [accountId, `ou-${n}`]));
    const opened = await open(reportOf(results, { placement: { units, parents } }));
    await openAll(page);
    expect(await page.locator('.account').allTextContents()).toEqual(HOSTILE);
    expect(await page.locator('#rows > tr:not(.details) > td[data-label="Organizational unit"]').allTextContents()).toEqual(HOSTILE);
    expect(await page.locator('.details li').allTextContents()).toEqual(HOSTILE);
    expect(await page.locator('#problem-list > li > b').allTextContents()).toEqual(HOSTILE);
    expect(await page.title()).toBe('Root credentials of member accounts');
    expect(opened.heard).toEqual([]);
    expect(opened.requests).toEqual([opened.address]);
  });

  test('is printed with every row, as a table on white paper', async () => {
    await open(reportOf(accountsOf(600)), { width: DESKTOP, colorScheme: 'dark' });
    expect(await ids(page)).toHaveLength(100);
    await page.pdf({ format: 'A4' });
    expect(await ids(page)).toHaveLength(600);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#rows > tr:visible').count()).toBe(600);
    expect(await page.locator('#left tbody > tr:visible').count()).toBe(120);
    expect(await page.locator('#deletions tbody > tr:visible').count()).toBe(240);
    expect(await page.locator('#left button, #deletions button').filter({ visible: true }).count()).toBe(0);
    expect(await page.locator('#columns').isVisible()).toBe(true);
    expect(await page.locator('#filters, #more, #problem-list button').filter({ visible: true }).count()).toBe(0);
    expect(await page.evaluate(() => getComputedStyle(document.querySelector('h1')!).color)).toBe('rgb(27, 36, 48)');
  });
});

/** A page with all that it said and asked for since it was opened. */
class Opened {
  readonly heard: string[] = [];
  readonly requests: string[] = [];

  constructor(page: Page, readonly address: string) {
    page.on('console', (message) => this.heard.push(message.text())); // what its policy refuses is said there too
    page.on('pageerror', ({ message }) => this.heard.push(message));
    page.on('dialog', (dialog) => {
      this.heard.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('request', (request) => this.requests.push(request.url()));
  }
}

const id = (n: number) => accountOf(n).accountId;
const ids = (page: Page) => page.locator('#rows > tr > th .id').allTextContents();

async function openAll(page: Page) {
  for (const toggle of await page.locator('.toggle').all()) {
    await toggle.click();
  }
}

/** Presses the tab key until what begins with this text, or has it as its placeholder, has the focus. */
async function tabTo(page: Page, text: string) {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('placeholder') ?? document.activeElement?.textContent ?? '');
  for (let presses = 0; !(await focused()).startsWith(text) || presses === 0; presses++) {
    expectAbout(`${text} has never had the focus`, presses).toBeLessThan(50);
    await page.keyboard.press('Tab');
  }
}

/** Contrast (WCAG 2) of each visible text with the background behind it. */
function contrasts(page: Page): Promise<{ text: string; contrast: number }[]> {
  return page.evaluate(() => {
    const partsOf = (color: string) => color.match(/[\d.]+/g)!.map(Number); // red, green, blue, and the opacity if it is not 1
    const luminance = (color: string) => {
      const linear = (part: number) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      const [red, green, blue] = partsOf(color).map((part) => linear(part / 255));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (element: Element | null): string => {
      const color = element ? getComputedStyle(element).backgroundColor : 'rgb(255, 255, 255)';
      return partsOf(color)[3] === 0 ? behind(element!.parentElement) : color;
    };
    const isText = ({ nodeType, textContent }: ChildNode) => nodeType === Node.TEXT_NODE && textContent!.trim() !== '';
    const hasText = (element: Element) => [...element.childNodes].some(isText);
    return [...document.body.querySelectorAll('*')]
      .filter((element) => hasText(element) && element.checkVisibility() && !element.closest('script, option'))
      .map((element) => {
        const [dark, light] = [getComputedStyle(element).color, behind(element)].map(luminance).sort((one, other) => one - other);
        return { text: element.textContent!.slice(0, 60), contrast: (light + 0.05) / (dark + 0.05) };
      });
  });
}
