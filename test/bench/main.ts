import { cpus } from 'node:os';
import { measureLoop } from './bash-loop';
import type { World } from './organization';
import { measurePage } from './page';
import { ACCOUNTS_IN_FLIGHT, BATCHES_AT_ONCE, measureSweep, type Measured } from './sweep';
import { measureTerminal, type MeasuredTerminal } from './terminal';

/** Two cores compute as long as they wait at the first; at the second, which is nearer to what IAM takes, the answers are what is waited for. */
const [LATENCY_MS, LONG_LATENCY_MS] = [50, 100];
const PAGE = 20;
/** Accounts that the terminal works on at once, unless it is asked for more. */
const TERMINAL_DEFAULT = 25;

/** `npm run bench`: figures, and for each bound of the design whether it holds. It is a measurement and not a test: it exits with 0 either way. */
async function main() {
  const sizes = process.argv.slice(2).map(Number);
  const wanted = (accounts: number) => sizes.length === 0 || sizes.includes(accounts);
  console.log(`organization in its own process, ${LATENCY_MS} ms latency unless said; ${BATCHES_AT_ONCE} batch processes, ${ACCOUNTS_IN_FLIGHT} accounts in flight in each\n`);

  const runs = new Map<string, Measured>();
  for (const world of worlds().filter(({ accounts }) => wanted(accounts))) {
    const measured = await measureSweep(world);
    runs.set(nameOf(world), measured);
    describe(measured);
  }
  const functions = runs.get('1000 clean');
  for (const concurrency of functions ? [TERMINAL_DEFAULT, BATCHES_AT_ONCE * ACCOUNTS_IN_FLIGHT] : []) {
    describeTerminal(await measureTerminal(functions!.world, concurrency), functions!);
  }
  const small = { accounts: 20, latencyMs: LATENCY_MS, dirty: true };
  const loop = await measureLoop(small);
  console.log(`\nbash loop of the AWS CLI, 20 accounts: ${seconds(loop.wallMs)}, ${loop.accountsWithCredentials} accounts left with credentials\n`);
  bounds(runs, loop.wallMs / small.accounts);
  const page = await measurePage(10_000);
  if (page) {
    line('report of 10,000 accounts opens', page.openMs, 1_000, false, ' ms');
    line('report of 10,000 accounts filters', page.filterMs, 1_000, false, ' ms');
  } else {
    console.log('report of 10,000 accounts in a browser: SKIPPED, there is no Chromium on this machine');
  }
}

function worlds(): World[] {
  const of = (accounts: number, dirty: boolean, { latencyMs = LATENCY_MS, assumeRootsPerSecond }: Partial<World> = {}) => (
    { accounts, dirty, latencyMs, assumeRootsPerSecond });
  return [
    of(20, false), of(20, true), of(200, false), of(200, true),
    of(1_000, false), of(1_000, true), of(2_000, true), of(1_000, false, { assumeRootsPerSecond: 20 }),
    of(1_000, false, { latencyMs: LONG_LATENCY_MS }), of(2_000, true, { latencyMs: LONG_LATENCY_MS }),
    of(10_000, false), of(10_000, true),
  ];
}

const nameOf = ({ accounts, dirty, latencyMs, assumeRootsPerSecond }: World) => [
  `${accounts} ${dirty ? 'dirty' : 'clean'}`,
  ...latencyMs === LATENCY_MS ? [] : [`${latencyMs} ms`],
  ...assumeRootsPerSecond ? [`${assumeRootsPerSecond} AssumeRoot/s`] : [],
].join(', ');

/** Pages in a row, and the round trips of every account at the concurrency that there is. */
function floorMs({ accounts, dirty, latencyMs }: World, atOnce = BATCHES_AT_ONCE * ACCOUNTS_IN_FLIGHT): number {
  const pages = Math.ceil((accounts + 1) / PAGE) + 2; // and the two calls of the preflight
  // look: session and reads, last use; purge: session, last use, identity, password, key, profile before MFA, MFA; session, look again
  const roundTrips = dirty ? 2 + 1 + 7 + 2 : 2;
  return latencyMs * (pages + roundTrips * Math.ceil(accounts / Math.min(accounts, atOnce)));
}

function describe(measured: Measured) {
  const { world, wallMs, calls, cpuMs, organizationCpuMs, coresBusy, memoryMb, connections, peakInFlight, refused } = measured;
  const { lookMs, decideMs, decideMemoryMb, purgeMs, reportMs, reportMemoryMb } = measured;
  const perAccount = Object.entries(calls).map(([operation, count]) => `${operation} ${(count / world.accounts).toFixed(2)}`).join(', ');
  const outcomes = Object.entries(measured.report.counts).filter(([, count]) => count > 0).map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  console.log([
    `${nameOf(world)}: ${seconds(wallMs)} = ${(wallMs / floorMs(world)).toFixed(2)} x floor; ${outcomes}${refused ? `; ${refused} throttled` : ''}`,
    `  look ${seconds(lookMs)}, decide ${seconds(decideMs)} and ${decideMemoryMb.toFixed(0)} MB, purge ${seconds(purgeMs)}`,
    `  ${(cpuMs / world.accounts).toFixed(1)} ms CPU per account (and ${(organizationCpuMs / world.accounts).toFixed(1)} ms of the organization), the ${cpus().length} cores ${(coresBusy * 100).toFixed(0)} % busy, ${memoryMb.toFixed(0)} MB a process, ${connections} connections, ${peakInFlight} calls in flight at most, report ${seconds(reportMs)} and ${reportMemoryMb.toFixed(0)} MB`,
    `  calls per account: ${perAccount}`,
  ].join('\n'));
}

/** The process starts, selects and reports within what is measured of it; of the functions only the batches are. */
function describeTerminal({ world, concurrency, wallMs, cpuMs, memoryMb, report }: MeasuredTerminal, functions: Measured) {
  console.log([
    `terminal, audit of ${nameOf(world)}, ${concurrency} at once: ${seconds(wallMs)} = ${(wallMs / floorMs(world, concurrency)).toFixed(2)} x floor; ${report.counts.clean} clean`,
    `  ${(cpuMs / world.accounts).toFixed(1)} ms CPU per account, ${memoryMb.toFixed(0)} MB`,
    `  against the functions, ${BATCHES_AT_ONCE * ACCOUNTS_IN_FLIGHT} at once: ${(wallMs / functions.wallMs).toFixed(2)} x the time, ${(cpuMs / functions.cpuMs).toFixed(2)} x the CPU`,
  ].join('\n'));
}

function line(what: string, figure: number | undefined, bound: number, least: boolean, unit = '') {
  if (figure !== undefined) {
    const holds = least ? figure >= bound : figure <= bound;
    console.log(`${what}: ${figure.toFixed(2)}${unit}, ${least ? 'at least' : 'at most'} ${bound}${unit}: ${holds ? 'holds' : 'falls short'}`);
  }
}

/** A line for each bound of the design. */
function bounds(runs: Map<string, Measured>, loopMsPerAccount: number) {
  const of = <T>(name: string, figure: (measured: Measured) => T) => runs.has(name) ? figure(runs.get(name)!) : undefined;
  const faster = ({ world, wallMs }: Measured) => loopMsPerAccount / (wallMs / world.accounts);
  const overFloor = ({ world, wallMs }: Measured) => wallMs / floorMs(world);
  line(`sweep of 1,000 clean accounts against the floor, ${LATENCY_MS} ms`, of('1000 clean', overFloor), 1.45, false, ' x');
  line(`sweep of 1,000 clean accounts against the floor, ${LONG_LATENCY_MS} ms`, of(`1000 clean, ${LONG_LATENCY_MS} ms`, overFloor), 1.25, false, ' x');
  line('against the bash loop, per account, 20 accounts', of('20 dirty', faster), 15, true, ' x');
  line('against the bash loop, per account, 1,000 accounts', of('1000 dirty', faster), 100, true, ' x');
  line('CPU per clean account at 1,000', of('1000 clean', ({ cpuMs, world }) => cpuMs / world.accounts), 7, false, ' ms');
  line('calls per clean account', of('1000 clean', ({ calls, world }) => (calls.GetLoginProfile + calls.ListAccessKeys + calls.ListMFADevices
    + calls.ListSigningCertificates + calls.GetAccountSummary + calls.AssumeRoot) / world.accounts), 6, false);
  line('throttled to 20 AssumeRoot/s, share of the rate used', of('1000 clean, 20 AssumeRoot/s', shareOfRate), 0.85, true);
  line('throttled to 20 AssumeRoot/s, failed accounts', of('1000 clean, 20 AssumeRoot/s', ({ report }) => report.counts.failed), 0, false);
  line('decision about 10,000 accounts', of('10000 dirty', ({ decideMs }) => decideMs / 1_000), 60, false, ' s');
  line('memory of the decision about 10,000 accounts', of('10000 dirty', ({ decideMemoryMb }) => decideMemoryMb), 512, false, ' MB');
  line('report of 10,000 accounts', of('10000 clean', ({ reportMs }) => reportMs / 1_000), 60, false, ' s');
  line('memory of the report of 10,000 accounts', of('10000 clean', ({ reportMemoryMb }) => reportMemoryMb), 512, false, ' MB');
  line('memory of a batch process at 10,000 accounts', of('10000 clean', ({ memoryMb }) => memoryMb), 512, false, ' MB');
}

/** Of the calls that were allowed between the first and the last; beforehand a second's worth is allowed at once. */
function shareOfRate({ world: { accounts, assumeRootsPerSecond = 0 }, assumingMs }: Measured): number {
  return (accounts - assumeRootsPerSecond) / (assumeRootsPerSecond * assumingMs / 1_000);
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
void main();
