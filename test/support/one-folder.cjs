const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** What tests, and the programs that they start, leave behind is in one folder, which goes with the run: the CDK alone leaves hundreds of folders. */
module.exports = () => {
  if (process.env.TESTS_FOLDER) return; // a run of a mutant, of which a process has many
  const folder = mkdtempSync(join(tmpdir(), 'tests-'));
  Object.assign(process.env, { TESTS_FOLDER: folder, TMPDIR: folder });
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
};
