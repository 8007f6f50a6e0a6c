import { JSDOM, VirtualConsole } from 'jsdom';
import { accountsOf, DENIED, EXECUTION, HOSTILE, reportOf } from './report-samples';
import { planOf } from '../../../../lambda/sweep/plan';
import type { PlanApproval } from '../../../../lambda/sweep/plan-approval';
import { composeReport, REPORT_SCHEMA, type SweepReport } from '../../../../lambda/sweep/report/contents';
import { htmlOf } from '../../../../lambda/sweep/report/html';
import { resultOf } from '../../../../lambda/sweep/results';

/** The report as a browser shows it. */
class Page {
  readonly errors: string[] = [];
  readonly window;
  readonly document;

  constructor(report: SweepReport) {
    const virtualConsole = new VirtualConsole().on('jsdomError', ({ message }) => this.errors.push(message));
    this.window = new JSDOM(htmlOf(report), { runScripts: 'dangerously', virtualConsole }).window;
    this.window.HTMLElement.prototype.scrollIntoView = () => undefined; // jsdom has no layout
    this.document = this.window.document;
  }

  all(selector: string): HTMLElement[] {
    return [...this.document.querySelectorAll<HTMLElement>(selector)];
  }

  one(selector: string): HTMLElement {
    return this.document.querySelector<HTMLElement>(selector)!;
  }

  button(label: string): HTMLElement {
    return this.all('button').find(({ textContent }) => textContent!.startsWith(label))!;
  }

  ids(): string[] {
    return this.all('#rows > tr > th .id').map(({ textContent }) => textContent!);
  }

  async change(selector: string, value: string, event = 'change') {
    (this.one(selector) as HTMLInputElement).value = value;
    this.one(selector).dispatchEvent(new this.window.Event(event));
    await new Promise((resolve) => setTimeout(resolve, 120)); // what is typed is waited for
  }

  get status(): string {
    return this.one('#status').textContent!;
  }
}

const number = (n: number) => String(200_000_000_000 + n);

describe('the report as a page', () => {
  test('shows every account with its outcome, and what needs attention first', () => {
    const page = new Page(reportOf(accountsOf(10)));
    expect(page.errors).toEqual([]);
    expect(page.ids()).toEqual([0, 5, 2, 7, 1, 6, 4, 9, 3, 8].map(number));
    expect(page.one('#rows > tr').textContent).toContain('Failed');
    expect(page.all('#outcomes button').map(({ textContent }) => textContent)).toEqual(['Failed2', 'Kept2', 'Purged2', 'Clean2', 'Skipped2']);
    expect(page.one('#chart svg').getAttribute('aria-label')).toBe('2 Failed, 2 Kept, 2 Purged, 2 Clean, 2 Skipped');
  });

  test.each([
    ['password without MFA, deleted', [{ kind: 'Password' as const, status: 'deleted' as const }]],
    ['password without MFA, found', [{ kind: 'Password' as const, status: 'found' as const }]],
    ['device, kept', [{ kind: 'Password' as const, status: 'kept' as const }, { kind: 'MfaDevice' as const, id: 'arn', status: 'kept' as const }]],
    ['none', [{ kind: 'AccessKey' as const, id: 'AKIA', status: 'deleted' as const }]],
    ['not known', [{ kind: 'Password' as const, status: 'failed' as const }], DENIED],
  ])('says of the MFA what became of it, or of the password that had none: %s', (said, credentials, problem: typeof DENIED | undefined = undefined) => {
    const page = new Page(reportOf([resultOf({ accountId: number(0), accountName: 'one' }, credentials, problem)]));
    expect(page.one('#rows td[data-label="MFA"]').textContent).toBe(said);
  });

  test('never says of an account that failed that there is nothing', () => {
    const page = new Page(reportOf([resultOf({ accountId: number(0), accountName: 'denied' }, [], DENIED)]));
    const [, ...cells] = page.all('#rows > tr > *').map(({ textContent }) => textContent);
    expect(cells).toEqual(['Root', 'Failed', 'not known', 'not known', '']);
    expect(page.status).toBe('1 account');
  });

  test('filters by outcome, several at once, and shows all again', async () => {
    const page = new Page(reportOf(accountsOf(10)));
    page.button('Failed').click();
    expect(page.ids()).toEqual([0, 5].map(number));
    expect(page.button('Failed').getAttribute('aria-pressed')).toBe('true');
    page.button('Skipped').click();
    expect(page.ids()).toEqual([0, 5, 3, 8].map(number));
    expect(page.status).toBe('4 of 10 accounts');
    page.button('Show all').click();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(page.ids()).toHaveLength(10);
  });

  test('filters by organizational unit, with the units below it', async () => {
    const page = new Page(reportOf(accountsOf(8)));
    expect(page.all('#unit option').map(({ textContent }) => textContent)).toEqual([
      'all', 'Root (8)', 'Root / security (2)', 'Root / workloads (4)', 'Root / workloads / production (2)',
    ]);
    await page.change('#unit', 'ou-abcd-workloads');
    expect(page.ids().sort()).toEqual([1, 2, 5, 6].map(number));
  });

  test('finds text in names, ids, credentials and errors, every word of it', async () => {
    const page = new Page(reportOf(accountsOf(10)));
    await page.change('#text', 'AKIA7', 'input');
    expect(page.ids()).toEqual([number(7)]);
    await page.change('#text', 'assumerootdenied account-5', 'input');
    expect(page.ids()).toEqual([number(5)]);
    await page.change('#text', 'nothing like it', 'input');
    expect([page.ids(), page.status]).toEqual([[], '0 of 10 accounts']);
  });

  test('sorts by every column, both ways, and says by which', () => {
    const page = new Page(reportOf(accountsOf(10)));
    page.button('Account').click();
    expect(page.ids()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(number));
    page.button('Account').click();
    expect(page.ids()).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map(number));
    expect(page.all('th[aria-sort="descending"]').map(({ textContent }) => textContent)).toEqual(['Account']);
    page.button('Last used').click();
    expect(page.ids().slice(0, 2)).toEqual([1, 6].map(number));
    page.button('Credentials').click();
    expect(page.ids().slice(0, 2)).toEqual([1, 6].map(number));
  });

  test('says what to do about each failure, and shows the accounts that have it', () => {
    const page = new Page(reportOf(accountsOf(10)));
    expect(page.all('#problem-list li li').map(({ textContent }) => textContent)).toEqual(DENIED.remedies);
    page.button('Show the 2 accounts').click();
    expect(page.ids()).toEqual([0, 5].map(number));
    expect(page.status).toBe('2 of 10 accounts, with the error AssumeRootDenied');
  });

  test('opens the credentials of an account with state, dates and reason', () => {
    const page = new Page(reportOf(accountsOf(3)));
    const toggle = page.button('access key');
    toggle.click();
    expect(toggle.getAttribute('aria-expanded')).toBe('true');
    expect(page.all('.details tbody td').map(({ textContent }) => textContent)).toEqual(['access keyAKIA2', 'Active', '', 'not known', 'keptin use']);
    toggle.click();
    expect(page.all('.details')).toEqual([]);
  });

  test('writes 10,000 accounts bit by bit and counts them all', () => {
    const page = new Page(reportOf(accountsOf(10_000)));
    expect(page.ids()).toHaveLength(100);
    expect(page.status).toBe('10,000 accounts, the first 100 are shown');
    page.button('Show more').click();
    expect(page.ids()).toHaveLength(200);
  });

  test('warns when it is of a part of the selection, and when the sweep did not come to its end', () => {
    expect(new Page(reportOf([], { narrowed: true })).one('#notices').textContent).toContain('says nothing of the others');
    const broken = new Page(reportOf([], {}, { code: 'FeatureNotEnabled', message: 'the feature is off', remedies: ['switch it on'] }));
    expect(broken.one('#notices').textContent).toMatch(/did not come to its end.*FeatureNotEnabled: the feature is off.*switch it on/);
    expect(new Page(reportOf(accountsOf(1))).one('#notices').textContent).toBe('');
  });

  test('is a table to a screen reader, however narrow the window', () => {
    const page = new Page(reportOf(accountsOf(2)));
    expect(page.all('#accounts tr').every((row) => row.getAttribute('role') === 'row')).toBe(true);
    expect(page.all('#rows > tr > *').map((cell) => cell.getAttribute('role'))).toEqual(expect.arrayContaining(['rowheader', 'cell']));
    expect(page.all('input, select').every(({ id }) => page.one(`#${id}`).closest('label'))).toBe(true);
  });
});

describe('the report for whoever checks it', () => {
  const one = { accountId: number(0), accountName: 'one' };
  const PLAN = planOf({ execution: 'e', createdAt: EXECUTION.startTime, organizationId: 'o-abcdefghij', work: 'purge', dryRun: false, unread: [] }, [
    { ...one, kind: 'Password', action: 'delete' },
  ]);
  const REFUSED = { code: 'LimitExceeded', message: 'nothing was deleted: 9 credentials', remedies: ['raise limits'] };
  const ARN = 'arn:aws:states:eu-west-1:111111111111:execution:Sweep:deployment-1';

  const CARRIED_OUT = { plan: PLAN, isCarriedOut: true };
  test.each<[string, string | RegExp, SweepReport]>([
    ['an audit', 'Audit: it looked, and changed nothing.', reportOf([], { work: 'audit' })],
    ['a dry run', /^Dry run of a purge: .* deleted nothing\.$/, reportOf([], { dryRun: true }, undefined, { plan: { ...PLAN, dryRun: true } })],
    ['a purge', 'Purge: its plan was carried out; 4 credentials are seen to be gone.', reportOf(accountsOf(10), {}, undefined, CARRIED_OUT)],
    ['a purge with nothing to do', 'Purge: there was nothing to delete.', reportOf([], {}, undefined, { plan: { ...PLAN, credentials: [] } })],
    ['one that was refused', 'Purge: its plan was refused, and nothing was deleted.', reportOf([], {}, REFUSED, { plan: { ...PLAN, refused: REFUSED } })],
    ['one that ended before', 'Purge: its plan was not carried out, and nothing was deleted.', reportOf([], {}, DENIED, { plan: PLAN })],
    ['one without a plan', 'Purge: it ended before it had a plan, and nothing was deleted.', reportOf([], {}, DENIED)],
    ['one that began nothing', /^It ended before it knew its accounts/, composeReport(EXECUTION, undefined, [], { failure: DENIED })],
  ])('says in plain words what it is of: %s', (_, said, report) => {
    expect(new Page(report).one('#course').textContent).toEqual(said instanceof RegExp ? expect.stringMatching(said) : said);
  });

  test('says why a plan was refused, and which one it is', () => {
    const page = new Page(reportOf([], {}, REFUSED, { plan: { ...PLAN, refused: REFUSED }, executionArn: ARN }));
    expect(page.one('#notices').textContent).toMatch(/^The plan was refused.*LimitExceeded: nothing was deleted: 9 credentials.*raise limits/);
    expect(page.one('#files').textContent).toBe(`Beside this file: plan.json, report.csv, report.json · digest of the plan ${PLAN.digest}`);
  });

  test('counts the credentials by kind and status, and says what these numbers lack', () => {
    const page = new Page(reportOf(accountsOf(10)));
    expect(page.all('#totals tr').map((row) => [...row.children].map(({ textContent }) => textContent))).toEqual([
      ['Kind', 'kept', 'deleted', 'in all'],
      ['passwords', '0', '2', '2'], ['access keys', '2', '0', '2'], ['signing certificates', '0', '0', '0'], ['MFA devices', '0', '2', '2'],
    ]);
    expect(page.one('#totals p').textContent).toBe('2 accounts could not be read or cleaned, and may have others.');
    expect(new Page(reportOf([resultOf(one, [])])).one('#totals').textContent).toBe('No root credential was seen.');
  });

  test('lists what is still there and why without a click, the recently used first, and the never used last', () => {
    const key = (id: string, use: object) => ({ kind: 'AccessKey' as const, id, status: 'kept' as const, reason: `because of ${id}`, ...use });
    const page = new Page(reportOf([
      resultOf(one, [key('NEVER', { neverUsed: true }), key('UNKNOWN', {}), key('OLD', { lastUsedAt: '2024-01-01T00:00:00Z' })]),
      resultOf({ accountId: number(1), accountName: 'two' }, [key('RECENT', { lastUsedAt: '2025-12-24T00:00:00Z' }), { kind: 'Password', status: 'deleted' }]),
    ]));
    expect(page.all('#left tbody tr').map((row) => row.querySelector('td .id')!.textContent)).toEqual(['RECENT', 'OLD', 'UNKNOWN', 'NEVER']);
    expect(page.all('#left tbody [data-label="Last used"]').map(({ textContent }) => textContent)).toEqual([
      '2025-12-24 00:00 UTC used within 30 days', '2024-01-01 00:00 UTC', 'not known', 'never, as far as AWS knows',
    ]);
    expect(page.one('#left p').textContent).toBe('4 credentials, 1 of them used within the last 30 days.');
    expect(page.one('#left tbody [data-label="Why"]').textContent).toBe('kept: because of RECENT');
  });

  test('sums up each unit with those below it', () => {
    const report = reportOf(accountsOf(8));
    expect(report.organizationalUnits).toContainEqual(
      { id: 'ou-abcd-workloads', name: 'workloads', parentId: 'r-abcd', accounts: 4, accountsFailed: 1, credentialsLeft: 1, credentialsDeleted: 4 });
    expect(new Page(report).all('#units tbody tr').map((row) => [...row.children].map(({ textContent }) => textContent))).toContainEqual(
      ['Root / workloads', '4', '1', '1', '4']);
  });

  test('has the evidence of each deletion, and says where none is', () => {
    const page = new Page(reportOf([resultOf(one, [
      { kind: 'AccessKey', id: 'AKIA1', status: 'deleted', deletedAt: '2026-01-02T03:05:06.789Z', requestId: 'request-1' },
      { kind: 'AccessKey', id: 'AKIA2', status: 'deleted' }, { kind: 'Password', status: 'absent', reason: 'it is gone' },
    ])]));
    expect(page.all('#deletions tbody tr').map((row) => [...row.children].slice(-2).map(({ textContent }) => textContent!.trim()))).toEqual([
      ['2026-01-02 03:05:06 UTC', 'request-1'], ['deleted: no answer of AWS to this sweep', 'not known'], ['gone already: no answer of AWS to this sweep', 'not known'],
    ]);
  });

  test('says of what it is: construct, place, selection, what is kept by use, limits', () => {
    const protection = { keep: [], keepCertificates: true };
    const page = new Page(reportOf([], { protection }, undefined, {
      construct: 'Stack/Purge', executionArn: ARN, sweepAccountId: '111111111111', region: 'eu-west-1', selection: { exclude: [number(9)] }, limits: { accounts: 5 },
    }));
    const text = page.one('#evidence').textContent;
    expect(text).toMatch(new RegExp(['ConstructStack/Purge', 'Ran in111111111111, eu-west-1', `Execution${ARN}`, 'Selectedall member accounts', `Excluded${number(9)}`,
      'Kinds to deletepasswords', 'access keys that were used within 30 days', 'signing certificates', 'Limits5 accounts'].join('.*')));
  });

  test('says when the plan was approved and where it is on record by whom, or that it was not', () => {
    const approvalIn = (approval: PlanApproval) => new Page(reportOf([], {}, undefined, { executionArn: ARN, sweepAccountId: '111111111111', approval })).one('#evidence').textContent;
    const asked = { digest: 'd1g3st', askedAt: '2026-01-02T03:04:05Z' };
    expect(approvalIn({ ...asked, approved: true, approvedAt: '2026-01-03T00:00:00Z' })).toContain(
      'Approvalasked for the plan d1g3st at 2026-01-02 03:04:05 UTCapproved at 2026-01-03 00:00:00 UTC: CloudTrail of 111111111111 has who, as SendTaskSuccess');
    expect(approvalIn({ ...asked, approved: false })).toContain('at 2026-01-02 03:04:05 UTCnot approved');
  });

  test('lists what is left alone on purpose: why, by whom and until when, what has ended first', () => {
    const protection = {
      keepCertificates: false,
      keep: [
        { accounts: [number(3)], credentials: ['AccessKey' as const], reason: 'billing job', owner: 'payments', until: '2026-01-10' },
        { credentials: ['MfaDevice' as const], reason: 'for ever' },
        { accounts: [number(4)], reason: 'migration', until: '2025-12-31' },
      ],
    };
    const page = new Page(reportOf([], { protection }, undefined, { selection: { exclude: [number(9)] } }));
    expect(page.one('#exceptions p').textContent).toContain('1 has ended. What has ended protects like before');
    expect(page.all('#exceptions tbody tr').map((row) => [...row.children].map(({ textContent }) => textContent))).toEqual([
      [`kept: all kinds in ${number(4)}`, 'migration', '', '2025-12-31 ended'],
      [`kept: access keys in ${number(3)}`, 'billing job', 'payments', '2026-01-10 ends soon'],
      [`excluded: ${number(9)}`, 'none given', '', 'no end'],
      ['kept: MFA devices in all accounts', 'for ever', '', 'no end'],
    ]);
    expect(new Page(reportOf([])).one('#exceptions').hidden).toBe(true);
  });

  test('shows the root mailbox of each account, and those in other domains by themselves', async () => {
    const mailboxes = { [number(1)]: 'aws-1@example.com', [number(3)]: 'somebody@evil.example' };
    const page = new Page(reportOf(accountsOf(4), { mailboxes }, undefined, { allowedEmailDomains: ['example.com', 'example.org'] }));
    expect(page.all('#rows .mailbox').map(({ textContent }) => textContent).sort()).toEqual(['aws-1@example.com', 'somebody@evil.example domain not allowed']);
    expect(page.one('#mailboxes p').textContent).toContain('1 account with a root mailbox outside of example.com, example.org.');
    expect(page.all('#mailboxes tbody td').map(({ textContent }) => textContent)).toEqual(['somebody@evil.example']);
    expect(page.one('#evidence').textContent).toContain('Root mailboxes inexample.com, example.org');
    await page.change('#text', 'aws-1@', 'input');
    expect(page.ids()).toEqual([number(1)]);
    expect(new Page(reportOf(accountsOf(4), { mailboxes })).one('#mailboxes').hidden).toBe(true);
  });

  test('compares with the report before: what is new, recreated, gone and there since then', () => {
    const before = reportOf([
      resultOf(one, [{ kind: 'Password', createdAt: '2019-01-01T00:00:00Z', status: 'deleted' }, { kind: 'AccessKey', id: 'AKIA1', status: 'kept' }, { kind: 'AccessKey', id: 'AKIA2', status: 'found' }]),
      resultOf({ accountId: number(1), accountName: 'two' }, [], DENIED),
      resultOf({ accountId: number(2), accountName: 'three' }, [{ kind: 'Password', status: 'found' }]),
    ]);
    const report = reportOf([
      resultOf(one, [{ kind: 'Password', createdAt: '2026-01-01T00:00:00Z', status: 'deleted' }, { kind: 'AccessKey', id: 'AKIA1', status: 'kept' }, { kind: 'AccessKey', id: 'AKIA3', status: 'failed', problem: DENIED }]),
      resultOf({ accountId: number(1), accountName: 'two' }, [{ kind: 'AccessKey', id: 'AKIA4', status: 'found' }]),
      resultOf({ accountId: number(2), accountName: 'three' }, [], DENIED),
    ], {}, undefined, { earlier: before });
    expect(report.changes).toMatchObject({
      counts: { 'new': 1, 'recreated': 1, 'still-there': 1, 'gone': 1 }, gone: [{ ...one, kind: 'AccessKey', id: 'AKIA2' }],
    });
    const page = new Page(report);
    expect(page.one('#changes p').textContent).toContain('2026-01-02 03:04 UTC (deployment-1): 1 new, 1 recreated, 1 gone, 1 there since then.');
    expect(page.all('#changes tbody tr').map((row) => [...row.children].slice(1).map(({ textContent }) => textContent))).toEqual([
      ['recreated', 'password', '2026-01-01', 'deleted'], ['new', 'access keyAKIA3', '', 'failed'], ['gone', 'access keyAKIA2', '', 'not seen any more'],
    ]);
    expect(new Page(before).one('#changes').hidden).toBe(true);
  });

  test('names no file beside it where there is none, as of an audit in the terminal', () => {
    expect(new Page(reportOf([])).one('#files').hidden).toBe(true);
  });
});

describe('text of others in the page', () => {
  test.each(HOSTILE)('is shown as it is, and nothing else, be it a name, an id, a unit, a reason or an error: %j', (text) => {
    const problem = { code: text, message: text, remedies: [text] };
    const account = { accountId: number(0), accountName: text };
    const result = resultOf(account, [{ kind: 'AccessKey', id: text, state: text, status: 'kept', reason: text, problem }], problem);
    const placement = { units: [{ id: 'r-abcd', name: text }], parents: { [number(0)]: 'r-abcd' } };
    const note = { reason: text, owner: text, until: text };
    const protection = { keep: [{ accounts: [text], ...note }], keepCertificates: true, recoveriesBucket: text };
    const selection = { organizationalUnits: [text], exclude: [text], exclusions: [{ accounts: [text], ...note }] };
    const facts = { construct: text, executionArn: text, selection, allowedEmailDomains: [text, 'example.com'], approval: { digest: text, approved: false } };
    const page = new Page(reportOf([result], { placement, protection, mailboxes: { [number(0)]: `${text}@evil.example` } }, problem, facts));
    page.all('.toggle')[0].click();
    expect(page.errors).toEqual([]);
    expect(page.document.title).toBe('Root credentials of member accounts');
    expect(page.one('.account').textContent).toBe(text);
    expect(page.all('#rows td')[0].textContent).toBe(text);
    expect(page.all('script')).toHaveLength(2);
    expect(page.all('img, iframe, object, link, style:not(head style), [onerror], [onload], [href]:not(#files a)')).toEqual([]);
    expect(page.all('a').map((link) => link.getAttribute('href'))).toEqual(['report.csv', 'report.json']);
  });

  test('reaches no other place: the page may load and send nothing, and run its own script only', () => {
    const html = htmlOf(reportOf(accountsOf(2)));
    const page = new Page(reportOf(accountsOf(2)));
    const policy = page.one('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')!;
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'$/);
    expect(html).not.toMatch(/\b(src|href)=/);
    expect(html.replaceAll('http://www.w3.org/2000/svg', '').replace(REPORT_SCHEMA, '')).not.toMatch(/https?:/);
    expect(html).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
  });
});
