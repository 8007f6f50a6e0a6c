const Sequencer = require('@jest/test-sequencer').default;

/** Tests that deploy take longest, most of it waiting: they begin first, so that nobody waits for the last of them alone. A fresh clone knows no durations yet. */
const LONGEST = ['deploy/password-recovery', 'permissions/permissions', 'deploy/', 'local-aws/demo', 'local-aws/local-aws', 'truth/', 'crashes'];

const rank = ({ path }) => (LONGEST.findIndex((part) => path.includes(part)) + LONGEST.length + 1) % (LONGEST.length + 1);

module.exports = class extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};
