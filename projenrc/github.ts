import { awscdk, github, YamlFile } from 'projen';
import { RUN_TYPESCRIPT } from './node';

const { JobPermission } = github.workflows;
type JobPermissions = github.workflows.JobPermissions;
type JobStep = github.workflows.JobStep;

/** By commit, since a tag can be moved to another one. */
const ACTIONS = {
  attest: 'actions/attest-build-provenance@a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32', // v4.1.0
  checkout: 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1', // v7.0.1
  download: 'actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c', // v8.0.1
  setupDotnet: 'actions/setup-dotnet@a98b56852c35b8e3190ac28c8c2271da59106c68', // v6.0.0
  setupGo: 'actions/setup-go@b7ad1dad31e06c5925ef5d2fc7ad053ef454303e', // v7.0.0
  setupJava: 'actions/setup-java@b6effb05e454b25005698d916606bdc6ffcbf961', // v5.7.0
  setupNode: 'actions/setup-node@820762786026740c76f36085b0efc47a31fe5020', // v7.0.0
  setupPython: 'actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97', // v7.0.0
  upload: 'actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a', // v7.0.1
};

const NODE = step('Node.js', ACTIONS.setupNode, { 'node-version': '22', 'package-manager-cache': false });
const NODE_TO_PUBLISH = step('Node.js with an npm that knows trusted publishing', ACTIONS.setupNode, { 'node-version': '24', 'package-manager-cache': false });
const PYTHON = step('Python', ACTIONS.setupPython, { 'python-version': '3.12' });
const JAVA = step('Java', ACTIONS.setupJava, { 'distribution': 'temurin', 'java-version': '17' });
const DOTNET = step('.NET', ACTIONS.setupDotnet, { 'dotnet-version': '8.x' });
const GO = step('Go', ACTIONS.setupGo, { 'go-version': 'stable', 'cache': false });

/** It publishes to every registry: https://github.com/cdklabs/publib */
const PUBLIB = 'publib@0.2.1061';
/** The environment of the repository that has the secrets, and whose reviewers approve a release. */
const ENVIRONMENT = 'release';

/** Whoever names one permission has no others; nothing at all would be left out of the file. */
const NONE = { contents: JobPermission.NONE };

/** What the title of a pull request begins with. */
export const TYPES = ['feat', 'fix', 'docs', 'test', 'refactor', 'chore', 'ci'];

export interface Published {
  readonly npm: string;
  readonly pypi: { readonly distName: string };
  readonly maven: { readonly mavenGroupId: string; readonly mavenArtifactId: string };
  readonly nuget: { readonly packageId: string };
  readonly go: { readonly moduleName: string };
}

export const PULL_REQUEST_TEMPLATE = [
  '<!-- The title becomes the commit on main: `feat: …` and `fix: …` are in the list of changes, a `!` before the colon says that something breaks. -->',
  '',
  '## What a user notices',
  '',
  '## How it is tested',
  '',
  '* [ ] a test failed before',
  '* [ ] new permissions and messages are in the README or in docs/',
  '* [ ] `npx projen build` leaves no change',
];

export function gitHub(project: awscdk.AwsCdkConstructLibrary, published: Published) {
  build(project);
  titles(project);
  newestCdk(project);
  release(project, published);
  issueTemplates(project);
  project.addTask('lint:workflows', { description: 'Check the workflows of GitHub: actionlint and zizmor', exec: `${RUN_TYPESCRIPT} projenrc/lint-workflows.ts` });
}

function build(project: awscdk.AwsCdkConstructLibrary) {
  const { addJob } = workflow(project, 'build', { pullRequest: {}, push: { branches: ['main'] } });
  addJob('ci', {
    permissions: { contents: JobPermission.READ },
    steps: [...sources(), NODE, PYTHON, JAVA, GO, run('The same as on your machine', '.ci/run', { CI: 'true' })],
  });
  addJob('packages', {
    permissions: { contents: JobPermission.READ },
    steps: [
      ...sources(), NODE, PYTHON, JAVA, DOTNET, GO,
      run('Install', 'npm ci'), run('Packages of all languages', 'npx projen package-all'),
      run('An app in Go', 'npx projen test:go'), run('Compare the API with the last release', 'npx projen compat'),
    ],
  });
}

/** A pull request is squashed to one commit, from whose title the list of changes is made. */
function titles(project: awscdk.AwsCdkConstructLibrary) {
  const { addJob } = workflow(project, 'title', { pullRequest: { types: ['opened', 'edited', 'reopened', 'synchronize'] } });
  addJob('conventional', {
    permissions: NONE,
    steps: [run('The title is a conventional commit', [
      `if ! grep --quiet --extended-regexp '^(${TYPES.join('|')})(\\([a-z-]+\\))?!?: [^ ]' <<< "$TITLE"; then`,
      `  echo '::error::begin the title with ${TYPES.map((type) => `"${type}: "`).join(', ')}; a "!" before the colon says that something breaks'`,
      '  exit 1',
      'fi',
    ].join('\n'), { TITLE: '${{ github.event.pull_request.title }}' })],
  });
}

/** A new CDK is tried when it comes, and not when somebody changes something else. */
function newestCdk(project: awscdk.AwsCdkConstructLibrary) {
  const { addJob } = workflow(project, 'newest-cdk', { schedule: [{ cron: '23 5 * * 1' }], workflowDispatch: {} });
  addJob('test', {
    permissions: { contents: JobPermission.READ },
    steps: [
      ...sources(), NODE, run('Install', 'npm ci'), run('Bundle', 'npx projen bundle'),
      run('Unit tests with the newest CDK', `${RUN_TYPESCRIPT} projenrc/test-cdk-versions.ts latest+latest`),
    ],
  });
}

/** Started by a person. The job that builds and tests can publish nothing, and those that publish run nothing of the project. */
function release(project: awscdk.AwsCdkConstructLibrary, { npm, pypi, maven, nuget, go }: Published) {
  const { addJob, file } = workflow(project, 'release', { workflowDispatch: {} }, false);
  file.addOverride('on.workflow_dispatch.inputs.dry_run', { description: 'Build and test all packages, and publish none', type: 'boolean', default: true });
  addJob('build', {
    permissions: { contents: JobPermission.READ },
    if: "github.ref == 'refs/heads/main'",
    steps: [
      ...sources({ 'fetch-depth': 0 }), NODE, PYTHON, JAVA, DOTNET, GO,
      run('Test', '.ci/run', { CI: 'true' }),
      run('Compare the API with the last release', 'npx projen compat'),
      run('Packages of all languages', 'npx projen release:packages'),
      run('Is there something to release?', [
        'if git rev-parse --quiet --verify "refs/tags/$(cat dist/releasetag.txt)"; then',
        '  echo "::error::there is no feat, no fix and nothing that breaks since $(cat dist/releasetag.txt)"',
        '  exit 1',
        'fi',
      ].join('\n')),
      step('Keep the packages', ACTIONS.upload, { 'name': 'dist', 'path': 'dist', 'if-no-files-found': 'error' }),
    ],
  });
  const packages = step('The packages', ACTIONS.download, { name: 'dist', path: 'dist' });
  const afterDryRun = { if: '${{ !inputs.dry_run }}', needs: ['build'] };
  addJob('attest', {
    ...afterDryRun,
    permissions: { idToken: JobPermission.WRITE, attestations: JobPermission.WRITE },
    steps: [packages, step('Attest where the packages come from', ACTIONS.attest, {
      'subject-path': ['js/*.tgz', 'python/*', 'java/**/*.jar', 'dotnet/*.nupkg'].map((path) => `dist/${path}`).join('\n'),
    })],
  });

  const publish = (target: string, url: string, permissions: JobPermissions, toolchain: JobStep[], env: Record<string, string>) => addJob(target, {
    ...afterDryRun,
    permissions,
    environment: { name: ENVIRONMENT, url },
    steps: [packages, NODE_TO_PUBLISH, ...toolchain, run('Publish', `npx --yes --package ${PUBLIB} publib-${target}`, env)],
  });
  const trusted = { idToken: JobPermission.WRITE };
  publish('npm', `https://www.npmjs.com/package/${npm}`, trusted, [], {
    NPM_TRUSTED_PUBLISHER: 'true', NPM_CONFIG_PROVENANCE: 'true', NPM_REGISTRY: 'registry.npmjs.org', NPM_DIST_TAG: 'latest',
  });
  publish('pypi', `https://pypi.org/project/${pypi.distName}/`, trusted, [PYTHON], { PYPI_TRUSTED_PUBLISHER: 'true' });
  publish('nuget', `https://www.nuget.org/packages/${nuget.packageId}`, trusted, [DOTNET, PYTHON], {
    NUGET_TRUSTED_PUBLISHER: 'true', NUGET_USERNAME: '${{ vars.NUGET_USERNAME }}',
  });
  // Maven Central has no trusted publishing
  publish('maven', `https://central.sonatype.com/artifact/${maven.mavenGroupId}/${maven.mavenArtifactId}`, NONE, [JAVA], {
    MAVEN_SERVER_ID: 'central-ossrh',
    ...secrets('MAVEN_USERNAME', 'MAVEN_PASSWORD', 'MAVEN_GPG_PRIVATE_KEY', 'MAVEN_GPG_PRIVATE_KEY_PASSPHRASE'),
  });
  // a deploy key of the module's repository alone: the token of this workflow cannot write there
  publish('golang', `https://pkg.go.dev/${go.moduleName}`, NONE, [run('Take the deploy key', 'ssh-agent -a "$SSH_AUTH_SOCK" && ssh-add - <<< "$DEPLOY_KEY"', {
    SSH_AUTH_SOCK, DEPLOY_KEY: secret('GO_GITHUB_DEPLOY_KEY'),
  })], { SSH_AUTH_SOCK, GIT_USE_SSH: 'true', GIT_SSH_COMMAND: 'ssh -o StrictHostKeyChecking=accept-new', GIT_USER_NAME: 'github-actions[bot]', GIT_USER_EMAIL: '41898282+github-actions[bot]@users.noreply.github.com' });

  addJob('github', {
    if: '${{ !inputs.dry_run }}',
    needs: ['npm', 'pypi', 'nuget', 'maven', 'golang'],
    permissions: { contents: JobPermission.WRITE },
    steps: [packages, run('Tag, with the list of changes', [
      'tag=$(cat dist/releasetag.txt)',
      'gh release view "$tag" || gh release create "$tag" --title "$tag" --notes-file dist/changelog.md --target "$GITHUB_SHA" dist/js/*.tgz',
    ].join('\n'), { GH_TOKEN: '${{ github.token }}', GH_REPO: '${{ github.repository }}' })],
  });
}

const SSH_AUTH_SOCK = '/tmp/ssh-agent.sock';
const secret = (name: string) => `\${{ secrets.${name} }}`;
const secrets = (...names: string[]) => Object.fromEntries(names.map((name) => [name, secret(name)]));

/** A job gets the permissions that it names and no others. */
function workflow(project: awscdk.AwsCdkConstructLibrary, name: string, triggers: github.workflows.Triggers, cancelInProgress = true) {
  const created = new github.GithubWorkflow(project.github!, name, {
    limitConcurrency: true,
    concurrencyOptions: { group: '${{ github.workflow }}-${{ github.ref }}', cancelInProgress },
  });
  created.on(triggers);
  const file = created.file!;
  file.addOverride('permissions', NONE);
  const addJob = (id: string, job: Omit<github.workflows.Job, 'runsOn'>) => created.addJob(id, { runsOn: ['ubuntu-24.04'], timeoutMinutes: 120, ...job });
  return { addJob, file };
}

function step(name: string, uses: string, options: Record<string, unknown>): JobStep {
  return { name, uses, with: options };
}

function run(name: string, command: string, env?: Record<string, string>): JobStep {
  return { name, run: command, env };
}

/** Without leaving the token of the workflow where a build could read it. */
function sources(options: Record<string, unknown> = {}): JobStep[] {
  return [step('Sources', ACTIONS.checkout, { 'persist-credentials': false, ...options })];
}

function issueTemplates(project: awscdk.AwsCdkConstructLibrary) {
  const form = (file: string, obj: object) => new YamlFile(project, `.github/ISSUE_TEMPLATE/${file}.yml`, { obj });
  const input = (id: string, label: string, description: string) => ({ type: 'input', id, attributes: { label, description }, validations: { required: true } });
  const text = (id: string, label: string, description?: string) => ({ type: 'textarea', id, attributes: { label, description }, validations: { required: true } });
  form('bug', {
    name: 'Something does not work',
    description: 'Not for vulnerabilities, which SECURITY.md says how to report',
    labels: ['bug'],
    body: [
      { type: 'markdown', attributes: { value: 'Leave out account IDs, access key IDs and reports of your organization.' } },
      input('version', 'Versions', 'of cdk-root-access and of aws-cdk-lib, and the language of your app'),
      text('props', 'The construct and its properties'),
      text('expected', 'What you expected'),
      text('happened', 'What happened', 'With the message, as it is in the console, the mail or the report. Is it in docs/troubleshooting.md?'),
    ],
  });
  form('idea', {
    name: 'Something is missing',
    description: 'A property, a construct, a runbook, a page',
    labels: ['enhancement'],
    body: [text('task', 'What you want to achieve', 'In your organization, not in the API'), text('today', 'How you do it today')],
  });
  form('config', {
    blank_issues_enabled: false,
    contact_links: [{
      name: 'A vulnerability', url: `${project.package.manifest.repository?.url.replace(/\.git$/, '')}/security/advisories/new`, about: 'Reported in private',
    }],
  });
}
