/**
 * Text of others, such as the name of an account, for a place where somebody's mail program, chat or terminal may read
 * more into it: it stays on its line, and is no mark-up, no mention and no link.
 */
export function inert(text: string): string {
  return plain(text)
    .replace(/[[\](){}*`~|#!\\]/g, '·')
    .replace(/(?<=[\p{L}\p{N}])\.(?=\p{L})/gu, '·') // chats make a link of evil.example
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '·'); // within a word it emphasizes nothing
}

/** A sentence that may hold names of others, and code that somebody is to copy: it stays on its line, with no tag, no mention and no address to click. */
export function plain(text: string): string {
  return oneLine(text)
    .replace(/[<>@]/g, '·')
    .replace(/:\/\//g, ': //')
    .replace(/\b(www)\./gi, '$1·');
}

/** On one line, in the order in which it is read: no control characters, no line breaks, no reversal of direction. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}
