/** Which folder may import which; `projen boundaries` runs it. */
const ROOMS = 'organization|sweep|session|guardrail|monitor';

/** The states of a sweep in their order, and what starts one. */
const SWEEP_STEPS = ['select', 'look', 'decide', 'purge', 'report'];
const SWEEP_STARTS = ['deployment', 'joined'];

/** The words that all rooms share, at both ends. */
const WORDS = '^lib/private/(contract|partitions)\\.ts$';

/** The rules of activities, which the monitor renders as filter patterns and its function evaluates. */
const RULES = '^lib/monitor/activity-rules\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'lib-never-imports-lambda', severity: 'error', from: { path: '^lib/' }, to: { path: '^lambda/' } },
    { name: 'lib-has-no-sdk', severity: 'error', from: { path: '^lib/' }, to: { path: '@aws-sdk' } },
    { name: 'lambda-imports-contracts-only', severity: 'error', from: { path: '^lambda/([^/]+)/' }, to: { path: '^lib/', pathNot: [`^lib/$1/(contract|activity-rules)\\.ts$`, WORDS] } },
    { name: 'lambda-has-no-cdk', severity: 'error', from: { path: '^lambda/' }, to: { path: 'node_modules/(aws-cdk-lib|constructs)/' } },
    { name: 'contracts-import-nothing', severity: 'error', from: { path: ['^lib/[^/]+/contract\\.ts$', WORDS] }, to: { path: '.', pathNot: WORDS } },
    { name: 'rules-import-their-contract', severity: 'error', from: { path: RULES }, to: { path: '.', pathNot: '^lib/monitor/contract\\.ts$' } },
    { name: 'rooms-of-lib-are-apart', severity: 'error', from: { path: `^lib/(${ROOMS})/` }, to: { path: `^lib/(${ROOMS})/`, pathNot: ['^lib/$1/', '^lib/organization/', '^lib/session/(password-recovery/password-recoveries|root-task-policy)\\.ts$', '^lib/guardrail/root-user-guardrail\\.ts$'] } },
    { name: 'rooms-of-lambda-are-apart', severity: 'error', from: { path: `^lambda/(${ROOMS})/` }, to: { path: `^lambda/(${ROOMS})/`, pathNot: '^lambda/$1/' } },
    { name: 'what-rooms-share-knows-no-room', severity: 'error', from: { path: '^lambda/(aws|policies|root-user)/' }, to: { path: `^lambda/(${ROOMS})/` } },
    { name: 'clients-know-no-root-user', severity: 'error', from: { path: '^lambda/(aws|policies)/' }, to: { path: '^lambda/root-user/' } },
    ...SWEEP_STEPS.map((step, i) => (
      { name: `sweep-${step}-knows-no-later-step`, severity: 'error', from: { path: `^lambda/sweep/${step}/` }, to: { path: `^lambda/sweep/(${[...SWEEP_STEPS.slice(i + 1), ...SWEEP_STARTS].join('|')})/` } })),
    { name: 'what-steps-hand-on-knows-no-step', severity: 'error', from: { path: '^lambda/sweep/[^/]+\\.ts$' }, to: { path: '^lambda/sweep/[^/]+/' } },
    { name: 'session-folders-know-no-step-below', severity: 'error', from: { path: '^lambda/session/[^/]+\\.ts$' }, to: { path: '^lambda/session/[^/]+/' } },
    { name: 'parts-of-session-know-no-step-below', severity: 'error', from: { path: '^lambda/session/(password-recovery|resource-policy)/[^/]+\\.ts$' }, to: { path: '^lambda/session/$1/[^/]+/' } },
    { name: 'sdk-is-set-up-in-one-place', severity: 'error', from: { path: `^lambda/(${ROOMS}|policies|root-user)/` }, to: { path: '@smithy/node-http-handler' } },
    { name: 'terminal-imports-no-handler', severity: 'error', from: { path: '^cli/' }, to: { path: ['/handler\\.ts$', 'node_modules/(aws-cdk-lib|constructs)/'] } },
    { name: 'terminal-imports-contracts-only', severity: 'error', from: { path: '^cli/' }, to: { path: '^lib/', pathNot: ['^lib/[^/]+/contract\\.ts$', WORDS] } },
    { name: 'nothing-imports-the-terminal', severity: 'error', from: { path: '^(lib|lambda)/' }, to: { path: '^cli/' } },
    { name: 'product-never-imports-tests', severity: 'error', from: { path: '^(lib|lambda|cli|examples)/' }, to: { path: '^(test|local-aws)/' } },
    { name: 'fake-organization-is-independent', severity: 'error', from: { path: '^local-aws/organization/' }, to: { path: '^(lib|lambda)/' } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsConfig: { fileName: 'tsconfig.json' }, tsPreCompilationDeps: true },
};
