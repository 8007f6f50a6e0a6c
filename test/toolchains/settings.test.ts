import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Settings } from '../../examples/quick-start/settings';
import { virtualEnvironment } from '../../local-aws/engine/virtual-environment';
import { CONTEXT, EXAMPLES, names, shipped } from '../examples/examples';

const PROJECT = join(EXAMPLES, '..');

let python: string;
beforeAll(async () => {
  python = await virtualEnvironment(join(PROJECT, '.local-aws'), join(__dirname, 'aws-cdk.requirements.txt'));
});

/** What settings are read as, or texts of the error. */
interface Reading {
  readonly purge?: boolean;
  readonly exclude?: string[];
  readonly joined?: string;
  readonly organization?: string;
}
type Row = [context: Record<string, unknown>, reading: Reading | string[]];

const NAMES = ['purge', 'exclude', 'joined', 'organization'];

/** Settings that stand for those of the examples: each is read if it is among the first keys of the row. */
const ROWS: Row[] = [
  ...[false, 'false'].map((purge): Row => [{ purge }, { purge: false }]),
  ...[true, 'true'].map((purge): Row => [{ purge }, { purge: true }]),
  ...['True', 'TRUE', 'False', 'yes', 'y', 'on', '1', '0', '', 'true ', ' true', 'true\n', 1, 0, 1.5, ['true'], [true], [], {}, { true: true }].map(
    (purge): Row => [{ purge }, ["'purge' must be true or false"]]),
  [{ exclude: [] }, { exclude: [] }],
  [{ exclude: ['333333333333', '444444444444'] }, { exclude: ['333333333333', '444444444444'] }],
  ...['333333333333', '333333333333,444444444444', '["333333333333"]', '', true, 333333333333, { a: '333333333333' }, ['333333333333', 4], [['333333333333']], [''], [true]].map(
    (exclude): Row => [{ exclude }, ["'exclude' must be a list of texts", 'cdk.json', '[] for none', '-c']]),
  [{ joined: 'audit' }, { joined: 'audit' }],
  ...['Audit', 'PURGE', 'purge ', '', 'toString', true, ['audit'], {}].map((joined): Row => [{ joined }, ["'joined' must be audit or purge"]]),
  [{ organization: 'o-abcdefghij' }, { organization: 'o-abcdefghij' }],
  ...['', 'o-', 'o-abcdefghij\n', ' o-abcdefghij', ['o-abcdefghij'], 1].map((organization): Row => [{ organization }, ["'organization' must be given, such as 'o-abcdefghij'"]]),
  ...['dryRun', 'dryrun', 'DRYRUN', 'dry-run', 'dry_run', 'Purge', 'PURGE', 'purge ', ' purge', 'excluded', 'exlude', 'Exclude', 'delegate', 'targets', 'constructor', 'a b', 'exclude:', 'aws'].map(
    (name): Row => [{ purge: true, [name]: 'true' }, [`'${name}' is not a setting of this app`, 'allowed are purge, exclude, joined, organization']]),
  [{
    'purge': true,
    '@aws-cdk/core:newStyleStackSynthesis': true,
    '@other/flags:x': 1,
    'aws:cdk:bundling-stacks': ['**'],
    'aws-cdk:enableDiffNoFail': true,
    'vpc-provider:account=111111111111:region=us-east-1': {},
    'acknowledged-issue-numbers': [1],
    'cli-telemetry': false,
  }, { purge: true }],
];
const rows = ROWS.map(([context, reading], i) => [i, JSON.stringify(context), reading] as const);

describe('settings of the examples', () => {
  test.each(rows)('%i: %s', (i, _context, reading) => {
    const [context] = ROWS[i];
    const read = () => {
      const settings = new Settings(new App({ context }), NAMES);
      return {
        ...'purge' in context && { purge: settings.flag('purge') },
        ...'exclude' in context && { exclude: settings.items('exclude') },
        ...'joined' in context && { joined: settings.choice('joined', ['audit', 'purge']) },
        ...'organization' in context && { organization: settings.text('organization', /^o-[a-z0-9]{10,32}$/, 'o-abcdefghij') },
      };
    };
    if (Array.isArray(reading)) {
      reading.forEach((text) => expect(read).toThrow(text));
    } else {
      expect(read()).toEqual(reading);
    }
  });

  test('that are not given', () => {
    const settings = new Settings(new App(), NAMES);
    expect(settings.flag('purge')).toBe(false);
    expect(settings.choice('joined', ['audit'])).toBeUndefined();
    expect(settings.items('exclude', ['333333333333'])).toEqual(['333333333333']);
    expect(() => settings.items('exclude')).toThrow('[] for none, and not given by -c, which the next deployment would forget; got nothing');
    expect(() => settings.text('organization', /^o-/, 'o-abcdefghij')).toThrow("'organization' must be given, such as 'o-abcdefghij'; got nothing");
  });

  test('are read alike in Python', async () => {
    const script = `
import json, sys
from settings import Settings

class App:
    def __init__(self, context): self.node = self; self.context = context
    def get_all_context(self): return self.context

def read(context):
    settings = Settings(App(context), ${JSON.stringify(NAMES)})
    reading = {}
    if "purge" in context: reading["purge"] = settings.flag("purge")
    if "exclude" in context: reading["exclude"] = settings.items("exclude")
    if "joined" in context: reading["joined"] = settings.choice("joined", ["audit", "purge"])
    if "organization" in context: reading["organization"] = settings.text("organization", r"o-[a-z0-9]{10,32}", "o-abcdefghij")
    return reading

def outcome(context):
    try:
        return read(context)
    except ValueError as error:
        return str(error)

print(json.dumps([outcome(context) for context in json.load(sys.stdin)]))
`;
    const { code, output, errors } = await run(python, ['-c', script], JSON.stringify(ROWS.map(([context]) => context)));
    expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
    const outcomes = JSON.parse(output) as (Reading | string)[];
    ROWS.forEach(([, reading], i) => {
      expect([i, outcomes[i]]).toEqual([i, Array.isArray(reading) ? expect.stringContaining(reading[0]) : reading]);
    });
  });
});

describe('the example', () => {
  test.each(names)('%s can be copied alone: its settings are read as those of the others, and its cdk.json neither purges nor names anybody', (name) => {
    for (const file of ['settings.ts', 'settings.py']) {
      expect(readFileSync(join(EXAMPLES, name, file), 'utf8')).toBe(readFileSync(join(EXAMPLES, 'quick-start', file), 'utf8'));
    }
    const context = shipped(name);
    expect(Object.values(context).filter((value) => value.length > 0)).toEqual([]);
    expect(context).not.toHaveProperty('purge');
    expect(Object.keys(CONTEXT[name])).toEqual(expect.arrayContaining(Object.keys(context)));
  });
});

async function run(command: string, args: string[], input: string) {
  const child = spawn(command, args, { env: { ...process.env, PYTHONPATH: join(EXAMPLES, 'quick-start') } });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (text) => output += text);
  child.stderr.on('data', (text) => errors += text);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output, errors };
}
