/**
 * Anybody who fails to sign in as root chooses the user agent that is told: text of events is shown so that it stays in its line, shows what it
 * is, and is no link.
 */
export function inert(text: string, longest: number): string {
  const shown = shortened(text, longest).replace(HIDDEN, escaped).replaceAll('://', ':[//]');
  return shown.length > longest ? `${shortened(shown, longest)}…` : shown + (text.length > longest ? '…' : '');
}

/** Control characters and line ends, what changes the direction of text or is not seen, halves of characters, spaces that are no space. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

const escaped = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`;

/** Never between the halves of a character. */
function shortened(text: string, longest: number): string {
  const cut = text.slice(0, longest);
  return text.length > longest && /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
