import { readFileSync, writeFileSync } from 'fs';

/** Their snippets are whole programs in the frame of `rosetta/`. In the other guides some are parts of one. */
const GUIDES = ['constructs', 'deployment', 'guardrails', 'monitoring', 'reference', 'reports'];

/** Runs before rosetta: writes a copy of the assembly whose README has these guides too, so that their snippets compile like those of the README. */
function main() {
  const assembly = JSON.parse(readFileSync('.jsii', 'utf8'));
  assembly.readme.markdown = [assembly.readme.markdown, ...GUIDES.map((name) => readFileSync(`docs/${name}.md`, 'utf8'))].join('\n');
  writeFileSync('.jsii-with-guides', JSON.stringify(assembly));
}

main();
