/**
 * Text of others, for a message that somebody's mail program, chat or terminal may read more into: a reason, the name of an account, a field of an event.
 *
 * It stays on its line and in its order, and is no link, no mention and no tag. Nothing is dropped: what is not seen, or changes how the rest is read, is
 * written as JSON writes it (`\u202e`), and what a program would act on stands in brackets (`https:[//]evil[.]example`).
 *
 * @param longest more is left out, and marked by an ellipsis
 */
export function inert(text: string, longest = Infinity): string {
  const cut = shortened(text, longest);
  const shown = cut.replace(HIDDEN, escaped).replace(ACTIVE, (active) => isHarmless(active) ? active : active.replace(SPARKS, '[$&]'));
  return shown.length > longest || cut.length < text.length ? `${shortened(shown, longest)}…` : shown;
}

/** The same for a name, such as that of an account, which needs no punctuation: it is no mark-up either. */
export function inertName(name: string): string {
  return inert(name
    .replace(/[[\](){}*`~|#!\\]/g, '·')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '·')); // within a word it emphasizes nothing
}

/**
 * The same for a policy, which is still the same policy: it is escaped by the means of JSON alone. White space between its parts means nothing
 * and takes no lines.
 */
export function inertPolicy(policy: string): string {
  return policy
    .replace(/"(?:[^"\\]|\\.)*"|[ \t\r\n]+/g, (part) => part.startsWith('"') ? part : ' ')
    .replace(HIDDEN, escaped)
    .replace(ACTIVE, (active) => isHarmless(active) ? active : active.replace(SPARKS, escaped));
}

/** Nothing of it is hidden, and it stays on its line; for a terminal, which follows no links by itself. */
export const visible = (text: string) => text.replace(HIDDEN, escaped);

/** Control characters and line ends, what changes the direction of text or is not seen, halves of characters, spaces that are no space. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** Text that may be an address, with or without its scheme, a mention or a tag. */
const ACTIVE = /\/\/|[<>@]|(?<![\p{L}\p{N}_-])[\p{L}\p{N}_-]+(?:[.\u3002\uff0e\uff61][\p{L}\p{N}_-]+)+/gu;

/** The parts of such a text that make it active. */
const SPARKS = /\/\/|[<>@]|[.\u3002\uff0e\uff61](?=\p{L})/gu;

/** Names of AWS's own, under which nobody else can put anything, and names of files. */
const isHarmless = (word: string) => /^[a-z0-9-]+\.amazonaws\.com(\.cn)?$|^([a-z0-9-]+\.)*aws\.amazon\.com$|\.(json|csv|html|js)$/i.test(word);

/** Each half of a character that has two, as in JSON. */
const escaped = (text: string) => Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

/** Never between the halves of a character. */
function shortened(text: string, longest: number): string {
  const cut = text.slice(0, longest);
  return text.length > longest && /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
