import type { Finding } from './finding';

/** A message for people: a subject of at most 100 ASCII characters, and lines of which each begins with a word of ours. */
export interface Message {
  readonly subject: string;
  readonly body: string;
}

/** The subject holds nothing that an event brings but an account id that is one. */
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
    'Texts after the colons come from the event, and some were chosen by whoever caused it.',
  ].join('\n');
}

const lines = (entries: [string, string][]) => entries.filter(([, text]) => text !== '').map(([name, text]) => `${`${name}:`.padEnd(10)}${text}`);
