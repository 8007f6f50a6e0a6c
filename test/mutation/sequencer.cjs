const { readFileSync } = require('node:fs');
const { relative } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/** Test files in the order of the job. */
module.exports = class extends Sequencer {
  sort(tests) {
    const { tests: order } = JSON.parse(readFileSync(process.env.MUTATION_JOB, 'utf8'));
    const placeOf = ({ path }) => order.indexOf(relative(process.cwd(), path));
    return [...tests].sort((one, other) => placeOf(one) - placeOf(other));
  }
};
