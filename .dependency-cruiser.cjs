/** Which folder may import which; `projen boundaries` runs it. */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'lib-never-imports-lambda', severity: 'error', from: { path: '^lib/' }, to: { path: '^lambda/' } },
    { name: 'lib-has-no-sdk', severity: 'error', from: { path: '^lib/' }, to: { path: '@aws-sdk' } },
    { name: 'lambda-imports-the-contract-only', severity: 'error', from: { path: '^lambda/' }, to: { path: '^lib/', pathNot: '^lib/private/contract' } },
    { name: 'lambda-has-no-cdk', severity: 'error', from: { path: '^lambda/' }, to: { path: 'node_modules/(aws-cdk-lib|constructs)/' } },
    { name: 'contract-imports-nothing', severity: 'error', from: { path: '^lib/private/contract' }, to: { path: '.' } },
    { name: 'rooms-of-lib-are-apart', severity: 'error', from: { path: '^lib/(organization|sweep|session|guard)/' }, to: { path: '^lib/(organization|sweep|session|guard)/', pathNot: ['^lib/$1/', '^lib/organization/', '^lib/sweep/account-selection', '^lib/session/password-recoveries'] } },
    { name: 'rooms-of-lambda-are-apart', severity: 'error', from: { path: '^lambda/(organization|sweep|session|guard)/' }, to: { path: '^lambda/(organization|sweep|session|guard)/', pathNot: '^lambda/$1/' } },
    { name: 'what-rooms-share-knows-no-room', severity: 'error', from: { path: '^lambda/(aws|policies)/' }, to: { path: '^lambda/(organization|sweep|session|guard)/' } },
    { name: 'sdk-is-set-up-in-one-place', severity: 'error', from: { path: '^lambda/(organization|sweep|session|guard|policies)/' }, to: { path: '@smithy/node-http-handler' } },
    { name: 'product-never-imports-tests', severity: 'error', from: { path: '^(lib|lambda|examples)/' }, to: { path: '^test/' } },
    { name: 'fake-organization-is-independent', severity: 'error', from: { path: '^test/local-aws/organization/' }, to: { path: '^(lib|lambda)/' } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsConfig: { fileName: 'tsconfig.json' }, tsPreCompilationDeps: true },
};
