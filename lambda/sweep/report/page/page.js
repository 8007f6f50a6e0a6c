// @ts-check
// The script of report.html. It runs in a browser, from the file alone. Text of the report is only ever set as text.
(() => {
  'use strict';

  /**
   * @typedef {{ code: string, message: string, remedies: string[] }} Problem
   * @typedef {{ kind: string, id?: string, state?: string, createdAt?: string, lastUsedAt?: string, neverUsed?: boolean, status: string, reason?: string, problem?: Problem, deletedAt?: string, requestId?: string, change?: string }} Credential
   * @typedef {{ accountId: string, accountName: string, parentId?: string, email?: string, foreignMailbox?: true, outcome: string, reason?: string, problem?: Problem, credentials: Credential[] }} Account
   * @typedef {{ id: string, name?: string, parentId?: string, accounts: number, accountsFailed: number, credentialsLeft: number, credentialsDeleted: number }} Unit
   * @typedef {{ by: string, accounts?: string[], credentials?: string[], reason?: string, owner?: string, until?: string, state?: string }} Exception
   * @typedef {{ askedAt?: string, approvedAt?: string, approved: boolean, digest: string }} Approval
   * @typedef {{ since: { execution: string, startedAt: string }, counts: Record<string, number>, gone: (Account & Credential)[] }} Changes
   * @typedef {{
   *   version?: string, construct?: string, execution: string, executionArn?: string, sweepAccountId?: string, region?: string,
   *   startedAt: string, endedAt: string, organizationId?: string, managementAccountId?: string, alsoRunning?: string[],
   *   work?: string, dryRun?: boolean, narrowed?: boolean, problem?: Problem, credentials?: string[], plan?: { digest: string, status: string },
   *   selection?: { accounts?: string[], organizationalUnits?: string[], exclude: string[] }, limits?: { credentials?: number, accounts?: number },
   *   allowedEmailDomains?: string[], approval?: Approval, exceptions: Exception[],
   *   protection?: { usedWithinSeconds?: number, deleteAccessKeysInUse?: boolean, keepCertificates: boolean, recoveriesBucket?: string },
   *   counts: Record<string, number>, totals: Record<string, Record<string, number>>, changes?: Changes, organizationalUnits?: Unit[], accounts: Account[],
   * }} Report
   * @typedef {{ account: Account, order: number, unit: string, units: Set<string>, credentials: string, mfa: string, lastUsed: string, text: string, details?: HTMLElement }} Row
   * @typedef {{ account: Account, credential: Credential }} Entry
   * @typedef {{ name: string, of: (row: Row) => string | number, cell: (row: Row) => Node }} Column
   */

  const CHUNK = 100;
  const KINDS = /** @type {Record<string, [string, string]>} */ ({
    Password: ['password', 'passwords'],
    AccessKey: ['access key', 'access keys'],
    SigningCertificate: ['signing certificate', 'signing certificates'],
    MfaDevice: ['MFA device', 'MFA devices'],
  });
  const MEANING = /** @type {Record<string, string>} */ ({
    'failed': 'could not be looked at or cleaned, and may have root credentials',
    'kept': 'has root credentials that stay for a reason',
    'purged': 'had root credentials, which are seen to be gone',
    'would-purge': 'has root credentials, which a sweep that is no dry run would delete',
    'found': 'has root credentials',
    'clean': 'was seen to have no root credential',
    'skipped': 'was not looked at',
  });
  const SAY = /** @type {Record<string, string>} */ ({
    'failed': 'Failed', 'found': 'Found', 'kept': 'Kept', 'purged': 'Purged', 'would-purge': 'Would be purged', 'clean': 'Clean', 'skipped': 'Skipped',
    'deleted': 'deleted', 'absent': 'gone already', 'would-delete': 'would be deleted',
  });

  /** @param {string} id */
  const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
  /** A field of the filters. @param {string} id */
  const field = (id) => /** @type {HTMLInputElement | HTMLSelectElement} */ (document.getElementById(id));

  /** @param {string} tag @param {Record<string, string>} [attributes] @param {...(Node | string)} children */
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.append(...children); // a string becomes a text node
    return element;
  };

  const report = /** @type {Report} */ (JSON.parse(byId('report').textContent ?? ''));
  const outcomes = Object.keys(report.counts);
  const units = new Map((report.organizationalUnits ?? []).map((unit) => [unit.id, unit]));

  /** @param {string | undefined} id @returns {Unit[]} from the root down */
  const lineage = (id) => {
    const unit = id === undefined ? undefined : units.get(id);
    return unit ? [...lineage(unit.parentId), unit] : [];
  };
  /** @param {Unit[]} line */
  const pathOf = (line) => line.map(({ id, name }) => name ?? id).join(' / ');
  /** @param {string | undefined} time */
  const dateOf = (time) => time?.slice(0, 10) ?? '';
  /** @param {string} time */
  const minuteOf = (time) => `${dateOf(time)} ${time.slice(11, 16)} UTC`;
  /** @param {string} time */
  const secondOf = (time) => `${dateOf(time)} ${time.slice(11, 19)} UTC`;
  /** @param {number} number */
  const grouped = (number) => number.toLocaleString('en');
  /** @param {number} number */
  const accountsIn = (number) => `${grouped(number)} ${number === 1 ? 'account' : 'accounts'}`;
  /** @param {string} outcome */
  const classOf = (outcome) => (outcome in SAY ? outcome : 'skipped');

  const RECENT_DAYS = 30;
  /** @param {Credential} credential */
  const isRecent = ({ lastUsedAt }) => lastUsedAt !== undefined && Date.parse(report.startedAt) - Date.parse(lastUsedAt) < RECENT_DAYS * 86_400_000;
  /** AWS says when, says that it knows of no use, or says neither. @param {Credential} credential */
  const useOf = ({ lastUsedAt, neverUsed }) => lastUsedAt ? minuteOf(lastUsedAt) : neverUsed ? 'never, as far as AWS knows' : 'not known';
  const recentMark = () => make('b', { class: 'alert' }, `used within ${RECENT_DAYS} days`);
  /** @param {Credential} credential */
  const isLeft = ({ status }) => status !== 'deleted' && status !== 'absent';
  /** Credentials with their accounts. @type {Entry[]} */
  const entries = report.accounts.flatMap((account) => account.credentials.map((credential) => ({ account, credential })));
  const left = entries.filter(({ credential }) => isLeft(credential));

  // -- what each row shows ----------------------------------------------------------------------------------------------

  /** What is known of an account that failed as a whole is what was planned, and no more. @param {Account} account */
  const isKnown = ({ outcome, problem }) => outcome !== 'skipped' && problem === undefined;

  /** @param {Account} account */
  const credentialsOf = (account) => {
    const counts = new Map();
    account.credentials.forEach(({ kind }) => counts.set(kind, (counts.get(kind) ?? 0) + 1));
    const said = [...counts].map(([kind, count]) => `${count > 1 ? `${count} ` : ''}${KINDS[kind]?.[count > 1 ? 1 : 0] ?? kind}`).join(', ');
    if (isKnown(account)) {
      return said || 'none';
    }
    return account.outcome === 'skipped' ? '' : said || 'not known';
  };

  /** @param {Account} account */
  const mfaOf = (account) => {
    const of = (/** @type {string} */ wanted) => account.credentials.filter(({ kind }) => kind === wanted);
    /** What became of them. @param {Account['credentials']} credentials */
    const statuses = (credentials) => [...new Set(credentials.map(({ status }) => SAY[status] ?? status))].join(', ').toLowerCase();
    const [devices, passwords] = [of('MfaDevice'), of('Password')];
    if (devices.length > 0) {
      return `${devices.length > 1 ? `${devices.length} devices` : 'device'}, ${statuses(devices)}`;
    }
    if (!isKnown(account)) {
      return account.outcome === 'skipped' ? '' : 'not known';
    }
    return passwords.length > 0 ? `password without MFA, ${statuses(passwords)}` : 'none';
  };

  /** @param {Account} account @param {number} order @returns {Row} */
  const rowOf = (account, order) => {
    const line = lineage(account.parentId);
    const { problem } = account;
    return {
      account,
      order,
      unit: pathOf(line),
      units: new Set(line.map(({ id }) => id)),
      credentials: credentialsOf(account),
      mfa: mfaOf(account),
      lastUsed: account.credentials.map(({ lastUsedAt }) => lastUsedAt ?? '').sort().at(-1) ?? '',
      text: [
        account.accountId, account.accountName, account.email, account.reason, problem?.code, problem?.message,
        ...account.credentials.flatMap(({ kind, id, status, reason, problem: own }) => [KINDS[kind]?.[0], id, status, reason, own?.code, own?.message]),
      ].filter(Boolean).join('\n').toLowerCase(),
    };
  };

  const rows = report.accounts.map(rowOf);

  /** @param {Row} row */
  const accountCell = ({ account }) => {
    const cell = document.createDocumentFragment();
    cell.append(make('span', { class: 'account' }, account.accountName || '(no name)'), make('span', { class: 'id' }, account.accountId), ...mailboxOf(account));
    return cell;
  };
  /** @param {Account} account */
  const mailboxOf = ({ email, foreignMailbox }) => email === undefined ? [] : [
    make('span', { class: 'mailbox' }, email, ...foreignMailbox ? [' ', make('b', { class: 'alert' }, 'domain not allowed')] : [])];
  /** @param {Account} account */
  const accountName = (account) => make('span', {}, account.accountName || '(no name)', make('span', { class: 'id' }, account.accountId));
  /** @param {string} outcome */
  const outcomeMark = (outcome) => make('span', { class: `outcome ${classOf(outcome)}` }, make('span', { 'class': 'dot', 'aria-hidden': 'true' }), SAY[outcome] ?? outcome);
  /** @param {Row} row */
  const credentialsCell = (row) => {
    const { account } = row;
    if (account.credentials.length === 0 && account.problem === undefined) {
      return make('span', { class: 'quiet' }, account.reason ?? row.credentials);
    }
    return make('button', { 'type': 'button', 'class': 'toggle', 'aria-expanded': 'false' }, row.credentials);
  };
  /** @param {Row} row */
  const lastUsedCell = ({ account, lastUsed }) => {
    if (lastUsed) {
      const time = make('time', { class: 'date', datetime: lastUsed, title: minuteOf(lastUsed) }, dateOf(lastUsed));
      return make('div', {}, time, ...account.credentials.some((each) => isLeft(each) && isRecent(each)) ? [' ', recentMark()] : []);
    }
    const { credentials } = account;
    const said = credentials.every(({ neverUsed }) => neverUsed) ? 'never' : 'not known';
    return credentials.length > 0 ? make('span', { class: 'quiet' }, said) : document.createTextNode('');
  };

  const COLUMNS = /** @type {Column[]} */ ([
    { name: 'Account', of: ({ account }) => account.accountName.toLowerCase() || account.accountId, cell: accountCell },
    ...units.size > 0 ? [{ name: 'Organizational unit', of: (/** @type {Row} */ { unit }) => unit.toLowerCase(), cell: (/** @type {Row} */ { unit }) => document.createTextNode(unit) }] : [],
    { name: 'Outcome', of: ({ order }) => order, cell: ({ account }) => outcomeMark(account.outcome) },
    { name: 'Credentials', of: ({ account }) => -account.credentials.length, cell: credentialsCell },
    { name: 'MFA', of: ({ mfa }) => mfa, cell: ({ mfa }) => document.createTextNode(mfa) },
    { name: 'Last used', of: ({ lastUsed }) => lastUsed, cell: lastUsedCell },
  ]);

  // -- details of an account --------------------------------------------------------------------------------------------

  /** @param {string[]} remedies */
  const remedyList = (remedies) => make('ol', { class: 'remedies' }, ...remedies.map((remedy) => make('li', {}, remedy)));

  /** @param {Problem} problem @param {Set<string>} [said] remedies that stand above it already, and are not said again */
  const problemParts = ({ code, message, remedies }, said = new Set()) => {
    const same = said.has(remedies.join());
    said.add(remedies.join());
    return [
      make('p', {}, make('b', {}, code), `: ${message}`),
      ...remedies.length > 0 ? [same ? make('p', { class: 'quiet' }, 'What to do: as above.') : remedyList(remedies)] : [],
    ];
  };

  /** @param {string} label @param {...(Node | string)} children */
  const labelled = (label, ...children) => make('td', { 'role': 'cell', 'data-label': label }, ...children);

  /** @param {Credential} credential @param {Set<string>} said */
  const credentialRow = (credential, said) => make('tr', { role: 'row' },
    labelled('Credential', nameOf(credential)),
    labelled('State', ...credential.state ? [credential.state] : []),
    labelled('Created', ...credential.createdAt ? [dateOf(credential.createdAt)] : []),
    labelled('Last used', useOf(credential)),
    labelled('Status', make('div', {}, statusMark(credential), ...credential.reason ? [make('p', {}, credential.reason)] : [],
      ...credential.problem ? problemParts(credential.problem, said) : [])));

  /** @param {Credential} credential */
  const nameOf = ({ kind, id }) => make('span', {}, KINDS[kind]?.[0] ?? kind, ...id ? [make('span', { class: 'id' }, id)] : []);
  /** @param {Credential} credential */
  const statusMark = ({ status }) => make('span', { class: classOf(status) }, (SAY[status] ?? status).toLowerCase());

  /** @param {Row} row */
  const detailsOf = ({ account }) => {
    const { problem, credentials } = account;
    const said = new Set();
    const above = problem ? problemParts(problem, said) : [];
    const heads = ['Credential', 'State', 'Created', 'Last used', 'Status'].map((name) => make('th', { role: 'columnheader', scope: 'col' }, name));
    const table = make('table', { 'role': 'table', 'aria-label': `Credentials of ${account.accountId}` },
      make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, ...heads)),
      make('tbody', { role: 'rowgroup' }, ...credentials.map((credential) => credentialRow(credential, said))));
    return make('tr', { class: 'details', role: 'row' }, make('td', { role: 'cell', colspan: String(COLUMNS.length) },
      ...above, ...credentials.length > 0 ? [table] : []));
  };

  /** @param {Row} row @param {HTMLElement} element @param {HTMLElement} toggle */
  const toggleDetails = (row, element, toggle) => {
    const open = toggle.getAttribute('aria-expanded') === 'true';
    if (open) {
      row.details?.remove();
    } else {
      row.details = detailsOf(row);
      element.after(row.details);
    }
    toggle.setAttribute('aria-expanded', String(!open));
  };

  /** @param {Row} row */
  const elementOf = (row) => {
    const element = make('tr', { role: 'row' }, ...COLUMNS.map(({ name, cell }, i) => (
      i === 0 ? make('th', { role: 'rowheader', scope: 'row' }, cell(row)) : make('td', { 'role': 'cell', 'data-label': name }, cell(row)))));
    const toggle = /** @type {HTMLElement | null} */ (element.querySelector('.toggle'));
    toggle?.addEventListener('click', () => toggleDetails(row, element, toggle));
    return element;
  };

  // -- filter, sort, show -----------------------------------------------------------------------------------------------

  const NOTHING_WANTED = { unit: '', text: '', problem: '', accounts: /** @type {Set<string> | undefined} */ (undefined) };
  const wanted = { ...NOTHING_WANTED, outcomes: new Set(/** @type {string[]} */ ([])) };
  const sort = { column: 'Outcome', ascending: true };
  let shown = rows;
  let written = 0;

  /** @param {Row} row */
  const isWanted = ({ account, units: own, text }) => (wanted.outcomes.size === 0 || wanted.outcomes.has(account.outcome))
    && (wanted.unit === '' || own.has(wanted.unit))
    && (wanted.accounts === undefined || wanted.accounts.has(account.accountId))
    && (wanted.text === '' || wanted.text.split(/\s+/).every((word) => text.includes(word)));

  const writeChunk = () => {
    byId('rows').append(...shown.slice(written, written + CHUNK).map(elementOf));
    written = Math.min(written + CHUNK, shown.length);
    byId('more').hidden = written >= shown.length;
    const those = shown.length === rows.length ? accountsIn(rows.length) : `${grouped(shown.length)} of ${accountsIn(rows.length)}`;
    byId('status').textContent = `${those}${written < shown.length ? `, the first ${grouped(written)} are shown` : ''}${wanted.problem ? `, with the error ${wanted.problem}` : ''}`;
  };

  const show = () => {
    const { of } = /** @type {Column} */ (COLUMNS.find(({ name }) => name === sort.column));
    const direction = sort.ascending ? 1 : -1;
    const keyed = rows.filter(isWanted).map((row) => ({ row, key: of(row) }));
    keyed.sort((one, other) => (one.key < other.key ? -direction : one.key > other.key ? direction : one.row.order - other.row.order));
    shown = keyed.map(({ row }) => row);
    written = 0;
    byId('rows').replaceChildren();
    writeChunk();
    document.querySelectorAll('#columns th').forEach((head) => {
      head.setAttribute('aria-sort', head.textContent === sort.column ? (sort.ascending ? 'ascending' : 'descending') : 'none');
    });
    document.querySelectorAll('#outcomes button').forEach((button) => {
      button.setAttribute('aria-pressed', String(wanted.outcomes.has(/** @type {HTMLElement} */ (button).dataset.outcome ?? '')));
    });
    field('sort').value = sort.column;
  };

  // -- the parts of the page --------------------------------------------------------------------------------------------

  const about = () => {
    const { execution, startedAt, endedAt, organizationId, accounts } = report;
    byId('course').textContent = courseOf();
    byId('files').hidden = report.executionArn === undefined; // an audit in the terminal writes one file
    byId('files').append('Beside this file: ', ...[...report.plan ? ['plan.json'] : [], 'report.csv', 'report.json'].flatMap((name, i) => [
      ...i > 0 ? [', '] : [], make('a', { href: name }, name)]), ...report.plan ? [' · digest of the plan ', make('code', {}, report.plan.digest)] : []);
    byId('about').textContent = [
      `${accountsIn(accounts.length)}${organizationId ? ` of ${organizationId}` : ''}`,
      `${minuteOf(startedAt)}, ${duration(Date.parse(endedAt) - Date.parse(startedAt))}`,
      `execution ${execution}`,
    ].join(' · ');
    byId('meanings').append(...outcomes.filter((outcome) => report.counts[outcome] > 0 && outcome in MEANING).flatMap((outcome) => [
      make('dt', {}, SAY[outcome]), make('dd', {}, `an account that ${MEANING[outcome]}`)]));
  };

  /** What was done, in plain words. */
  const courseOf = () => {
    const { work, dryRun, plan } = report;
    if (work === undefined) {
      return 'It ended before it knew its accounts: nothing was looked at, and nothing was deleted.';
    }
    if (work === 'audit') {
      return 'Audit: it looked, and changed nothing.';
    }
    const deleted = entries.filter(({ credential }) => credential.status === 'deleted').length;
    return (dryRun ? 'Dry run of a purge: it says what would be deleted, and deleted nothing.' : /** @type {Record<string, string>} */ ({
      'empty': 'Purge: there was nothing to delete.',
      'refused': 'Purge: its plan was refused, and nothing was deleted.',
      'carried-out': `Purge: its plan was carried out; ${grouped(deleted)} ${deleted === 1 ? 'credential is' : 'credentials are'} seen to be gone.`,
      'not-carried-out': 'Purge: its plan was not carried out, and nothing was deleted.',
    })[plan?.status ?? ''] ?? 'Purge: it ended before it had a plan, and nothing was deleted.');
  };

  /** A table that is written in pieces, and is printed whole. @param {HTMLElement} place @param {string} title @param {string[]} names @param {T[]} items @param {(item: T) => (Node | string)[]} cellsOf @template T */
  const list = (place, title, names, items, cellsOf) => {
    const body = make('tbody', { role: 'rowgroup' });
    const more = make('button', { type: 'button' });
    let count = 0;
    const write = () => {
      body.append(...items.slice(count, count + CHUNK).map((item) => make('tr', { role: 'row' }, ...cellsOf(item).map((cell, i) => (
        i === 0 ? make('th', { role: 'rowheader', scope: 'row' }, cell) : labelled(names[i], ...cell === '' ? [] : [cell]))))));
      count = Math.min(count + CHUNK, items.length);
      more.textContent = `More of ${grouped(items.length)}`;
      more.hidden = count >= items.length;
    };
    more.addEventListener('click', write);
    addEventListener('beforeprint', () => {
      while (count < items.length) {
        write();
      }
    });
    place.append(make('table', { 'class': 'list', 'role': 'table', 'aria-label': title },
      make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, ...names.map((name) => make('th', { role: 'columnheader', scope: 'col' }, name)))), body), more);
    write();
  };

  const totals = () => {
    const kinds = Object.keys(report.totals);
    const statuses = Object.keys(report.totals[kinds[0]]).filter((status) => kinds.some((kind) => report.totals[kind][status] > 0));
    if (statuses.length === 0) {
      byId('totals').append(make('p', { class: 'quiet' }, `No root credential was seen.${unseen()}`));
      return;
    }
    const number = (/** @type {number} */ count) => count === 0 ? make('span', { class: 'quiet' }, '0') : grouped(count);
    list(byId('totals'), 'Credentials by kind and status', ['Kind', ...statuses.map((status) => (SAY[status] ?? status).toLowerCase()), 'in all'], kinds, (kind) => [
      KINDS[kind]?.[1] ?? kind, ...statuses.map((status) => number(report.totals[kind][status])),
      number(Object.values(report.totals[kind]).reduce((sum, count) => sum + count, 0)),
    ]);
    byId('totals').append(...unseen() ? [make('p', { class: 'quiet' }, unseen().trim())] : []);
  };

  /** What is different from the report before. */
  const changes = () => {
    if (!report.changes) {
      return;
    }
    const { since, counts, gone } = report.changes;
    byId('changes').hidden = false;
    byId('changes').append(make('p', {}, `Compared with the sweep of ${minuteOf(since.startedAt)} (${since.execution}): ${grouped(counts.new)} new, ${
      grouped(counts.recreated)} recreated, ${grouped(counts.gone)} gone, ${grouped(counts['still-there'])} there since then. Accounts that one of the two did not read are not compared.`));
    const different = ['recreated', 'new'].flatMap((change) => entries.filter(({ credential }) => credential.change === change)
      .map(({ account, credential }) => ({ change, account, credential, now: statusMark(credential) })));
    const all = [...different, ...gone.map((each) => ({ change: 'gone', account: each, credential: each, now: 'not seen any more' }))];
    if (all.length > 0) {
      list(byId('changes'), 'Changes since the sweep before', ['Account', 'Change', 'Credential', 'Created', 'Now'], all, ({ change, account, credential, now }) => [
        accountName(account), change === 'gone' ? change : make('b', {}, change), nameOf(credential), dateOf(credential.createdAt), now]);
    }
  };

  /** What these numbers do not have in them. */
  const unseen = () => {
    const count = report.accounts.filter(({ outcome, problem }) => outcome === 'failed' && problem !== undefined).length;
    return count === 0 ? '' : ` ${accountsIn(count)} could not be read or cleaned, and may have others.`;
  };

  /** Recently used ones first; last those that were never used. */
  const stillThere = () => {
    const rank = (/** @type {Entry} */ { credential }) => credential.lastUsedAt ?? (credential.neverUsed ? '' : '0');
    const sorted = left.map((entry) => ({ entry, key: rank(entry) })).sort((one, other) => (one.key < other.key ? 1 : one.key > other.key ? -1 : 0)).map(({ entry }) => entry);
    const recent = left.filter(({ credential }) => isRecent(credential)).length;
    if (sorted.length === 0) {
      byId('left').append(make('p', { class: 'quiet' }, `Nothing that was seen.${unseen()}`));
      return;
    }
    byId('left').append(make('p', {}, `${grouped(sorted.length)} ${sorted.length === 1 ? 'credential' : 'credentials'}, `,
      recent > 0 ? make('b', {}, `${grouped(recent)} of them used within the last ${RECENT_DAYS} days`) : `none known to be used within the last ${RECENT_DAYS} days`, `.${unseen()}`));
    list(byId('left'), 'Credentials that are still there', ['Account', 'Credential', 'State', 'Created', 'Last used', 'Why'], sorted, ({ account, credential }) => [
      accountName(account), nameOf(credential), credential.state ?? '', dateOf(credential.createdAt),
      make('div', {}, useOf(credential), ...isRecent(credential) ? [' ', recentMark()] : []),
      make('div', {}, statusMark(credential), ...whyOf(credential)),
    ]);
  };

  /** @param {Credential} credential */
  const whyOf = ({ status, reason, problem }) => {
    if (problem) {
      return [': ', make('b', {}, problem.code), `: ${problem.message}`];
    }
    const why = reason ?? /** @type {Record<string, string>} */ ({
      'found': 'an audit changes nothing',
      'would-delete': report.dryRun ? 'a dry run deletes nothing' : 'the plan was not carried out',
    })[status];
    return why === undefined ? [] : [`: ${why}`];
  };

  /** Accounts of which somebody outside may read the mailbox of the root user. */
  const foreignMailboxes = () => {
    const foreign = report.accounts.filter(({ foreignMailbox }) => foreignMailbox);
    byId('mailboxes').hidden = foreign.length === 0;
    if (foreign.length > 0) {
      byId('mailboxes').append(make('p', {}, `${accountsIn(foreign.length)} with a root mailbox outside of ${(report.allowedEmailDomains ?? []).join(', ')
      }. Whoever reads it can reset the password of the root user: change the address (`, make('code', {}, 'aws account start-primary-email-update'), '), or allow its domain.'));
      list(byId('mailboxes'), 'Root mailboxes in other domains', ['Account', 'Mailbox'], foreign, (account) => [accountName(account), account.email ?? '']);
    }
  };

  /** In the order of their ends, those without one last. */
  const exceptions = () => {
    const sorted = [...report.exceptions].sort((one, other) => (one.until ?? '9999').localeCompare(other.until ?? '9999'));
    const ended = sorted.filter(({ state }) => state === 'ended').length;
    byId('exceptions').hidden = sorted.length === 0;
    if (sorted.length > 0) {
      byId('exceptions').append(...ended > 0 ? [make('p', {}, make('b', {}, `${grouped(ended)} ${ended === 1 ? 'has' : 'have'} ended`),
        '. What has ended protects like before: give it a later end, or remove it from the construct.')] : []);
      list(byId('exceptions'), 'Exceptions', ['Exception', 'Reason', 'Owner', 'Last day'], sorted, (exception) => [
        exceptionOf(exception), exception.reason ?? make('span', { class: 'quiet' }, 'none given'), exception.owner ?? '', endOf(exception)]);
    }
  };

  /** @param {Exception} exception */
  const exceptionOf = ({ by, accounts, credentials }) => by === 'exclude' ? `excluded: ${accounts?.join(', ')}`
    : `kept: ${credentials?.map((kind) => KINDS[kind]?.[1] ?? kind).join(', ') ?? 'all kinds'} in ${accounts?.join(', ') ?? 'all accounts'}`;
  /** @param {Exception} exception */
  const endOf = ({ until, state }) => make('span', {}, until ?? 'no end', ...state ? [' ', make('b', { class: 'alert' }, state === 'ended' ? 'ended' : 'ends soon')] : []);

  const byUnit = () => {
    const sorted = [...units.values()].map((unit) => ({ unit, path: pathOf(lineage(unit.id)) })).sort((one, other) => (one.path < other.path ? -1 : 1));
    byId('units').hidden = sorted.length === 0;
    if (sorted.length > 0) {
      list(byId('units'), 'By organizational unit', ['Unit, with those below it', 'Accounts', 'Failed accounts', 'Credentials still there', 'Credentials deleted'], sorted,
        ({ unit, path }) => [path, ...[unit.accounts, unit.accountsFailed, unit.credentialsLeft, unit.credentialsDeleted].map((count) => count === 0 ? make('span', { class: 'quiet' }, '0') : grouped(count))]);
    }
  };

  const deletions = () => {
    const deleted = entries.filter(({ credential }) => !isLeft(credential) || credential.requestId !== undefined);
    byId('deletions').hidden = deleted.length === 0;
    if (deleted.length > 0) {
      list(byId('deletions'), 'Deletions', ['Account', 'Credential', 'Created', 'Last used', 'Deleted', 'Request'], deleted, ({ account, credential }) => [
        accountName(account), nameOf(credential), dateOf(credential.createdAt), useOf(credential),
        make('div', {}, ...credential.deletedAt ? [secondOf(credential.deletedAt)] : [], ...credential.status === 'deleted' && credential.deletedAt ? [] : [' ', statusMark(credential)],
          ...credential.status === 'failed' ? [' to be seen gone'] : credential.deletedAt ? [] : [': no answer of AWS to this sweep']),
        credential.requestId ? make('span', { class: 'id' }, credential.requestId) : make('span', { class: 'quiet' }, 'not known'),
      ]);
    }
  };

  /** What was asked for, by whom it can be checked, and what may differ the next time. */
  const evidence = () => {
    const { selection, protection, limits, approval } = report;
    const days = protection?.usedWithinSeconds === undefined ? undefined : Math.floor(protection.usedWithinSeconds / 86_400);
    const facts = /** @type {[string, (string | undefined)[]][]} */ ([
      ['Construct', [report.construct]],
      ['Organization', [report.organizationId && `${report.organizationId}, management account ${report.managementAccountId}`]],
      ['Ran in', [[report.sweepAccountId, report.region].filter(Boolean).join(', ')]],
      ['Execution', [report.executionArn ?? report.execution]],
      ['Who started it', [report.executionArn && `CloudTrail of ${report.sweepAccountId} has the StartExecution of this execution`]],
      ['Approval', approval ? [
        `asked for the plan ${approval.digest}${approval.askedAt ? ` at ${secondOf(approval.askedAt)}` : ''}`,
        approval.approved ? `approved${approval.approvedAt ? ` at ${secondOf(approval.approvedAt)}` : ''}: CloudTrail of ${report.sweepAccountId} has who, as SendTaskSuccess` : 'not approved',
      ] : []],
      ['Also at work', report.alsoRunning ?? []],
      ['From, to', [`${secondOf(report.startedAt)}, ${secondOf(report.endedAt)}`]],
      ['Selected', [selection && (selection.accounts ? `accounts ${selection.accounts.join(', ')}` : selection.organizationalUnits
        ? `organizational units ${selection.organizationalUnits.join(', ')}, with those below them` : 'all member accounts'), ...report.narrowed ? ['narrowed by the start to a part of it'] : []]],
      ['Excluded', [selection && (selection.exclude.length > 0 ? selection.exclude.join(', ') : 'no account')]],
      ['Kinds to delete', [report.credentials?.map((kind) => KINDS[kind]?.[1] ?? kind).join(', ')]],
      ['Kept by use', [
        ...days === undefined ? [] : [`passwords and access keys that were used or created within ${days} days`],
        ...protection && !protection.deleteAccessKeysInUse ? [`access keys that were used within ${RECENT_DAYS} days`] : [],
        ...protection?.keepCertificates ? ['signing certificates'] : [],
      ]],
      ['Password recoveries', [protection?.recoveriesBucket && `on record in ${protection.recoveriesBucket}: an open one keeps the password and its MFA`]],
      ['Root mailboxes in', [report.allowedEmailDomains?.join(', ')]],
      ['Limits', [...limits?.credentials === undefined ? [] : [`${grouped(Number(limits.credentials))} credentials`], ...limits?.accounts === undefined ? [] : [accountsIn(Number(limits.accounts))]]],
      ['Library', [report.version && `cdk-root-access ${report.version}`]],
    ]);
    byId('evidence').append(...facts.map(([name, said]) => ({ name, said: said.filter(Boolean) })).filter(({ said }) => said.length > 0).flatMap(({ name, said }) => [
      make('dt', {}, name), ...said.map((text) => make('dd', {}, /** @type {string} */ (text)))]));
  };

  /** @param {number} ms */
  const duration = (ms) => ms < 60_000 ? `${Math.max(1, Math.round(ms / 1_000))} s` : `${Math.round(ms / 60_000)} min`;

  const notices = () => {
    const notice = byId('notices');
    if (report.problem) {
      const isRefused = report.plan?.status === 'refused';
      notice.append(make('h2', {}, isRefused ? 'The plan was refused' : 'This sweep did not come to its end'), ...problemParts(report.problem),
        ...isRefused ? [] : [make('p', {}, 'Accounts that are not named here were not looked at.')]);
    } else if (report.narrowed) {
      notice.append(make('h2', {}, 'A part of the selection'), make('p', {}, 'Somebody asked for these accounts only. This report says nothing of the others.'));
    }
  };

  const chart = () => {
    const present = outcomes.filter((outcome) => report.counts[outcome] > 0);
    const total = Math.max(1, report.accounts.length);
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    Object.entries({ 'viewBox': '0 0 1000 14', 'preserveAspectRatio': 'none', 'role': 'img' }).forEach(([name, value]) => svg.setAttribute(name, value));
    svg.setAttribute('aria-label', present.map((outcome) => `${grouped(report.counts[outcome])} ${SAY[outcome] ?? outcome}`).join(', ') || 'no accounts');
    let x = 0;
    present.forEach((outcome) => {
      const width = Math.max(3, report.counts[outcome] / total * 1000); // a single failure among thousands is seen
      const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
      Object.entries({ x, y: 0, width, height: 14, class: classOf(outcome) }).forEach(([name, value]) => bar.setAttribute(name, String(value)));
      svg.append(bar);
      x += width;
    });
    svg.setAttribute('viewBox', `0 0 ${Math.max(x, 1)} 14`);
    byId('chart').append(svg);
    byId('outcomes').append(...present.map((outcome) => {
      const button = make('button', { 'type': 'button', 'data-outcome': outcome, 'aria-pressed': 'false' },
        make('span', { 'class': `dot ${classOf(outcome)}`, 'aria-hidden': 'true' }), SAY[outcome] ?? outcome, make('b', {}, grouped(report.counts[outcome])));
      button.addEventListener('click', () => {
        wanted.outcomes[wanted.outcomes.has(outcome) ? 'delete' : 'add'](outcome);
        show();
      });
      return button;
    }));
  };

  /** Each distinct problem once, the most frequent first. */
  const problems = () => {
    const groups = /** @type {Map<string, { problem: Problem, accounts: Set<string>, first: string }>} */ (new Map());
    report.accounts.forEach(({ accountId, accountName, problem, credentials }) => {
      [problem, ...credentials.map((credential) => credential.problem)].forEach((each) => {
        if (each) {
          const key = [each.code, ...each.remedies].join('\n');
          const group = groups.get(key) ?? { problem: each, accounts: new Set(), first: accountName ? `${accountName} (${accountId})` : accountId };
          groups.set(key, group);
          group.accounts.add(accountId);
        }
      });
    });
    const sorted = [...groups.values()].sort((one, other) => other.accounts.size - one.accounts.size).slice(0, 50);
    byId('problems').hidden = sorted.length === 0;
    byId('problem-list').append(...sorted.map(({ problem, accounts, first }) => {
      const several = accounts.size > 1;
      const button = make('button', { type: 'button' }, several ? `Show the ${accountsIn(accounts.size)}` : 'Show the account');
      button.addEventListener('click', () => {
        reset();
        Object.assign(wanted, { problem: problem.code, accounts });
        show();
        byId('accounts-title').scrollIntoView();
      });
      return make('li', {}, make('b', {}, problem.code), several ? ` in ${accountsIn(accounts.size)}` : ` in ${first}`,
        make('p', { class: 'quiet' }, several ? `For example in ${first}: ${problem.message}` : problem.message),
        ...problem.remedies.length > 0 ? [make('p', {}, problem.remedies.length > 1 ? 'Try, the likeliest first:' : 'Try:'), remedyList(problem.remedies)] : [],
        button);
    }));
  };

  const filters = () => {
    const counts = new Map();
    rows.forEach(({ units: own }) => own.forEach((id) => counts.set(id, (counts.get(id) ?? 0) + 1)));
    const options = [...units.values()].map(({ id }) => ({ id, path: pathOf(lineage(id)) })).sort((one, other) => (one.path < other.path ? -1 : 1));
    byId('unit-label').hidden = options.length === 0;
    byId('unit').append(make('option', { value: '' }, 'all'), ...options.map(({ id, path }) => make('option', { value: id }, `${path} (${grouped(counts.get(id) ?? 0)})`)));
    byId('sort').append(...COLUMNS.map(({ name }) => make('option', { value: name }, name)));
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let typing;
    byId('text').addEventListener('input', () => {
      clearTimeout(typing);
      typing = setTimeout(() => {
        wanted.text = field('text').value.trim().toLowerCase();
        show();
      }, 80);
    });
    byId('unit').addEventListener('change', () => {
      wanted.unit = field('unit').value;
      show();
    });
    byId('sort').addEventListener('change', () => {
      Object.assign(sort, { column: field('sort').value, ascending: field('sort').value !== 'Last used' });
      show();
    });
    byId('filters').addEventListener('submit', (event) => event.preventDefault());
    byId('filters').addEventListener('reset', () => setTimeout(() => {
      reset();
      show();
    }));
    byId('more').addEventListener('click', writeChunk);
    addEventListener('beforeprint', () => {
      while (written < shown.length) {
        writeChunk();
      }
    });
  };

  const reset = () => {
    Object.assign(wanted, NOTHING_WANTED, { outcomes: new Set() });
    Object.assign(sort, { column: 'Outcome', ascending: true });
    field('text').value = '';
    field('unit').value = '';
  };

  const columns = () => {
    byId('columns').append(...COLUMNS.map(({ name }) => {
      const button = make('button', { type: 'button' }, name);
      button.addEventListener('click', () => {
        Object.assign(sort, sort.column === name ? { ascending: !sort.ascending } : { column: name, ascending: name !== 'Last used' });
        show();
      });
      return make('th', { 'role': 'columnheader', 'scope': 'col', 'aria-sort': 'none' }, button);
    }));
  };

  about();
  notices();
  totals();
  changes();
  chart();
  problems();
  stillThere();
  foreignMailboxes();
  exceptions();
  byUnit();
  deletions();
  evidence();
  filters();
  columns();
  show();
})();
