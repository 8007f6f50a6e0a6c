const { readFileSync } = require('node:fs');
const { relative } = require('node:path');
const { createTransformer } = require('@swc/jest');

/** As the tests' own, and with every mutant in the file that is measured, each behind a switch. */
module.exports = {
  createTransformer(options) {
    const swc = createTransformer(options);
    const { file, instrumented } = JSON.parse(readFileSync(process.env.MUTATION_JOB, 'utf8'));
    const textOf = (text, path) => relative(process.cwd(), path) === file ? instrumented : text;
    return {
      canInstrument: false,
      process: (text, path, settings) => swc.process(textOf(text, path), path, settings),
      getCacheKey: (text, path, settings) => swc.getCacheKey(textOf(text, path), path, settings),
    };
  },
};
