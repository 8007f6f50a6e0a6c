import { parseForESLint as parse, type ParserOptions } from '@typescript-eslint/parser';
import * as ts from 'typescript';

const { fileNames: rootNames, options, errors: configFileParsingDiagnostics } = ts.getParsedCommandLineOfConfigFile('tsconfig.check.json', undefined, {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
    throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
  },
})!;
const host = ts.createCompilerHost(options, true);
host.jsDocParsingMode = ts.JSDocParsingMode.ParseForTypeErrors;

/** Of all files that are checked. */
export const program = ts.createProgram({ rootNames, options, host, configFileParsingDiagnostics });

/** A parser for ESLint that gives it this program: one of its own would read the CDK and the SDK, and find their types, once more. */
export function parseForESLint(code: string, parserOptions: ParserOptions): ReturnType<typeof parse> {
  return parse(code, { ...parserOptions, project: undefined, programs: [program] });
}
