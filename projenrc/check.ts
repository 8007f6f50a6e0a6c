import { spawnSync } from 'child_process';
import { loadESLint } from 'eslint';
import * as ts from 'typescript';
import { program } from './checked-program';

/** Runs in `projen check`: the types, and then the style, whose rules ask for the same types. Ends as the first of them that fails. */
async function main(): Promise<number> {
  const diagnostics = ts.getPreEmitDiagnostics(program);
  if (diagnostics.length > 0) {
    console.log(ts.formatDiagnosticsWithColorAndContext(diagnostics, {
      getCurrentDirectory: ts.sys.getCurrentDirectory,
      getCanonicalFileName: (file) => file,
      getNewLine: () => ts.sys.newLine,
    }));
    return 1;
  }
  return await isInStyle() ? 0 : fixStyle();
}

async function isInStyle(): Promise<boolean> {
  const ESLint = await loadESLint({ useFlatConfig: false });
  const eslint = new ESLint({ overrideConfig: { parser: require.resolve('./checked-program') } });
  const results = await eslint.lintFiles(program.getRootFileNames().filter((file) => !file.endsWith('.d.ts')));
  return results.every(({ messages }) => messages.length === 0);
}

/** What can be fixed is fixed, and the rest is said. It parses everything again: the program has the files as they were. */
function fixStyle(): number {
  return spawnSync('npx', ['projen', 'eslint'], { stdio: 'inherit' }).status ?? 1;
}

void main().then((code) => process.exitCode = code);
