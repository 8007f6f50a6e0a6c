import { Call } from './call';

export interface Page<T> {
  readonly items: readonly T[];
  /** Token of the next page. */
  readonly next?: string;
}

/** Where a page begins; `skipped` when the empty page that goes before it was sent. */
interface Position {
  readonly offset: number;
  readonly skipped: boolean;
}

/** Undefined when the token is none of ours. */
export function page<T>(items: readonly T[], { pages }: Call, wanted: number, token?: string): Page<T> | undefined {
  const position = token === undefined ? { offset: 0, skipped: false } : read(token);
  if (!position) return undefined;
  if (pages.endless) return { items: [], next: write({ offset: (position.offset + 1) % pages.endless, skipped: true }) };
  const { offset, skipped } = position;
  if (pages.empty && !skipped) return { items: [], next: write({ offset, skipped: true }) };
  const end = offset + Math.min(wanted, pages.size ?? wanted);
  return { items: items.slice(offset, end), next: end < items.length ? write({ offset: end, skipped: false }) : undefined };
}

const write = ({ offset, skipped }: Position) => Buffer.from(`${skipped ? 'after-empty' : 'at'}:${offset}`).toString('base64url');

function read(token: string): Position | undefined {
  const [, kind, offset] = /^(at|after-empty):(\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  return kind ? { offset: Number(offset), skipped: kind === 'after-empty' } : undefined;
}
