// @ts-check
// The script of report.html. It runs in a browser, from the file alone. Text of the report is only ever set as text.
(() => {
  'use strict';

  /**
   * @typedef {{ code: string, message: string, remedies: string[] }} Problem
   * @typedef {{ kind: string, id?: string, state?: string, createdAt?: string, lastUsedAt?: string, status: string, reason?: string, problem?: Problem }} Credential
   * @typedef {{ accountId: string, accountName: string, parentId?: string, outcome: string, reason?: string, problem?: Problem, credentials: Credential[] }} Account
   * @typedef {{ id: string, name?: string, parentId?: string }} Unit
   * @typedef {{
   *   execution: string, startedAt: string, endedAt: string, organizationId?: string, dryRun?: boolean, narrowed?: boolean, problem?: Problem,
   *   counts: Record<string, number>, organizationalUnits?: Unit[], accounts: Account[],
   * }} Report
   * @typedef {{ account: Account, order: number, unit: string, units: Set<string>, credentials: string, mfa: string, lastUsed: string, text: string, details?: HTMLElement }} Row
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
  /** @param {number} number */
  const grouped = (number) => number.toLocaleString('en');
  /** @param {number} number */
  const accountsIn = (number) => `${grouped(number)} ${number === 1 ? 'account' : 'accounts'}`;
  /** @param {string} outcome */
  const classOf = (outcome) => (outcome in SAY ? outcome : 'skipped');

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
        account.accountId, account.accountName, account.reason, problem?.code, problem?.message,
        ...account.credentials.flatMap(({ kind, id, status, reason, problem: own }) => [KINDS[kind]?.[0], id, status, reason, own?.code, own?.message]),
      ].filter(Boolean).join('\n').toLowerCase(),
    };
  };

  const rows = report.accounts.map(rowOf);

  /** @param {Row} row */
  const accountCell = ({ account }) => {
    const cell = document.createDocumentFragment();
    cell.append(make('span', { class: 'account' }, account.accountName || '(no name)'), make('span', { class: 'id' }, account.accountId));
    return cell;
  };
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
      return make('time', { class: 'date', datetime: lastUsed, title: minuteOf(lastUsed) }, dateOf(lastUsed));
    }
    return account.credentials.length > 0 ? make('span', { class: 'quiet' }, 'no use known') : document.createTextNode('');
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
  const credentialRow = ({ kind, id = '', state = '', createdAt, lastUsedAt, status, reason = '', problem }, said) => make('tr', { role: 'row' },
    labelled('Credential', make('span', {}, KINDS[kind]?.[0] ?? kind, ...id ? [make('span', { class: 'id' }, id)] : [])),
    labelled('State', ...state ? [state] : []),
    labelled('Created', ...createdAt ? [dateOf(createdAt)] : []),
    labelled('Last used', lastUsedAt ? minuteOf(lastUsedAt) : 'no use known'),
    labelled('Status', make('div', {}, make('span', { class: classOf(status) }, (SAY[status] ?? status).toLowerCase()), ...reason ? [make('p', {}, reason)] : [], ...problem ? problemParts(problem, said) : [])));

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
    const { execution, startedAt, endedAt, organizationId, dryRun, accounts } = report;
    byId('about').textContent = [
      `${accountsIn(accounts.length)}${organizationId ? ` of ${organizationId}` : ''}`,
      `${minuteOf(startedAt)}, ${duration(Date.parse(endedAt) - Date.parse(startedAt))}`,
      ...dryRun ? ['dry run: nothing was deleted'] : [],
      `execution ${execution}`,
    ].join(' · ');
    byId('meanings').append(...outcomes.filter((outcome) => report.counts[outcome] > 0 && outcome in MEANING).flatMap((outcome) => [
      make('dt', {}, SAY[outcome]), make('dd', {}, `an account that ${MEANING[outcome]}`)]));
  };

  /** @param {number} ms */
  const duration = (ms) => ms < 60_000 ? `${Math.max(1, Math.round(ms / 1_000))} s` : `${Math.round(ms / 60_000)} min`;

  const notices = () => {
    const notice = byId('notices');
    if (report.problem) {
      notice.append(make('h2', {}, 'This sweep did not come to its end'), ...problemParts(report.problem),
        make('p', {}, 'Accounts that are not named here were not looked at.'));
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
  chart();
  problems();
  filters();
  columns();
  show();
})();
