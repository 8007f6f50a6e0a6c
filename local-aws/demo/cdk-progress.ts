/** What the CDK CLI is doing, in a few words, by the lines that say so. */
const PHASES: readonly [RegExp, (match: RegExpExecArray) => string][] = [
  [/bundle \| node/, () => 'bundling the handlers'],
  [/^assets\//, () => 'synthesizing'],
  [/: start: Publishing/, () => 'uploading'],
  [/creating CloudFormation changeset/, () => 'creating the change set'],
  [/\|\s*(\d+\/\d+) \| [^|]+ \| \w+_IN_PROGRESS\s*\| \S+\s*\| (\S+)/, ([, count, resource]) => `${count} ${resource}`],
];

/** Undefined when the line says nothing new. */
export function progressOf(line: string): string | undefined {
  for (const [pattern, words] of PHASES) {
    const match = pattern.exec(line);
    if (match) return words(match);
  }
  return undefined;
}
