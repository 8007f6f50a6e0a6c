import { failure, incompleteAnswer } from './errors';

/** AWS may send empty pages before others. So many in a row are no list. */
const MOST_EMPTY_PAGES = 500;

/**
 * Everything on every page: pages may be short, or empty and followed by others.
 *
 * Lists are required in AWS's answers, empty or not. An answer without one has lost it on the way, and does not say that nothing is there; a page token that
 * comes again leads to no end.
 *
 * @param operation `iam:ListAccessKeys`, for errors
 */
export async function everyItem<Page extends object, Item>(
  operation: string, pages: AsyncIterable<Page>, items: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  const tokens = new Set<string>();
  let emptyPages = 0;
  for await (const page of pages) {
    const some = items(page);
    const token = tokenOf(page);
    if (some === undefined || (token === undefined && (page as Tokens).IsTruncated === true)) {
      throw incompleteAnswer(operation, some === undefined ? 'a list' : 'the token of the next page');
    }
    found.push(...some);
    emptyPages = some.length === 0 ? emptyPages + 1 : 0;
    if (token !== undefined && tokens.has(token)) {
      throw endlessList(operation, 'a page token has come again');
    }
    if (emptyPages > MOST_EMPTY_PAGES) {
      throw endlessList(operation, `${emptyPages} pages in a row are empty`);
    }
    if (token !== undefined) {
      tokens.add(token);
    }
  }
  return found;
}

/** The names that services have for the token of the next page. S3 says in `ContinuationToken` which page was asked for, except in its list of buckets. */
type Tokens = { readonly [name in 'NextToken' | 'nextToken' | 'Marker' | 'NextContinuationToken' | 'ContinuationToken']?: string } & { readonly IsTruncated?: boolean };

function tokenOf(page: Tokens): string | undefined {
  return page.NextToken ?? page.nextToken ?? page.Marker ?? page.NextContinuationToken ?? ('IsTruncated' in page ? undefined : page.ContinuationToken);
}

function endlessList(operation: string, why: string): Error {
  return failure('EndlessList', `the list that AWS answers to ${operation} never ends: ${why}`);
}
