import { stripVTControlCharacters } from 'node:util';

/** Colours are for a person: not for a file or a pipe, nor where the person wants none (https://no-color.org). */
export const hasColour = () => process.stdout.isTTY && !process.env.NO_COLOR;

/** Narrower than this, the terminal breaks lines better itself. */
const LEAST_COLUMNS = 40;

/** JSON and commands are to be copied, so they stay as they are. */
const TO_COPY = /^\s*((→|or) )?([{}[\]"]|npx |aws )/;

/** Text in short parentheses stays together: `(7 years ago)`. An arrow stays with the word that it points to. */
const BETWEEN_WORDS = /(?<=[^\s→]) (?![^()]{1,14}\))/;

/** Where a line goes on: below its text, after a label of fixed width if it has one. */
const hangingIndent = (line: string) => {
  const [label] = /^ *(?:\S+(?: \S+)* {2,})/.exec(line) ?? [];
  return ' '.repeat(label?.length ?? /^ */.exec(line)![0].length + 2);
};

/** Breaks long lines between words, so that what follows is below it and not at the edge. */
export function folded(text: string, columns: number | undefined): string {
  return columns === undefined || columns < LEAST_COLUMNS ? text : text.split('\n').map((line) => foldedLine(line, columns)).join('\n');
}

function foldedLine(line: string, columns: number): string {
  const width = (words: string) => stripVTControlCharacters(words).length;
  if (width(line) <= columns || TO_COPY.test(line)) {
    return line;
  }
  const indent = hangingIndent(stripVTControlCharacters(line));
  const lines = [''];
  for (const word of line.split(BETWEEN_WORDS)) {
    const last = lines.at(-1)!;
    const isFirst = last === '' || last === indent;
    if (isFirst || width(last) + 1 + width(word) <= columns) {
      lines[lines.length - 1] = isFirst ? last + word : `${last} ${word}`;
    } else {
      lines.push(indent + word);
    }
  }
  return lines.join('\n');
}

/** Writes for a person as wide as the terminal is, and anywhere else as it is. */
export function print(text: string, stream: NodeJS.WriteStream = process.stdout) {
  stream.write(folded(text, stream.isTTY ? stream.columns : undefined));
}
