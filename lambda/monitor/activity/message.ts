import type { Finding } from './finding';

/** A message for people: a subject of at most 100 ASCII characters, and lines that each begin with a fixed word. */
export interface Message {
  readonly subject: string;
  readonly body: string;
}

/** The subject contains no text of the event, except a valid account ID. */
export function messageOf(finding: Finding): Message {
  const account = /^\d{12}$/.test(finding.accountId) ? finding.accountId : 'an unknown account';
  const subject = `${finding.late === '' ? '' : 'Late: '}${finding.title} (${account})`;
  return { subject: subject.slice(0, 100), body: bodyOf(finding) };
}

function bodyOf(finding: Finding): string {
  return [
    finding.title,
    '',
    ...lines([
      ['Activity', [finding.activity, ...finding.also].join(', ')],
      ['Who', `${finding.principal} (${finding.principalType}, access key ${finding.accessKeyId})`],
      ['What', `${finding.action}: ${finding.outcome}`],
      ['Error', finding.error],
      ['Target', finding.target],
      ['Account', finding.accountId],
      ['Region', finding.region],
      ['When', finding.eventTime],
      ['Late', finding.late === '' ? '' : `it happened at the time above; CloudTrail delivers the event only now (${finding.late})`],
      ['From', finding.sourceIp],
      ['Agent', finding.userAgent],
      ['Event', finding.eventId],
    ]),
    '',
    'What to do:',
    ...finding.advice.map((step, i) => `${i + 1}. ${step}`),
    '',
    'Texts after the colons come from the event, and the caller chose some of them.',
  ].join('\n');
}

const lines = (entries: [string, string][]) => entries.filter(([, text]) => text !== '').map(([name, text]) => `${`${name}:`.padEnd(10)}${text}`);
