import { delay, FakeOrganization, serve, throttle, type RecordedCall } from '../../local-aws/organization';
import { serveObjects } from '../lambda/sweep/object-store';

/** What one measurement wants of the organization. */
export interface World {
  readonly accounts: number;
  readonly latencyMs: number;
  readonly dirty: boolean;
  /** AssumeRoot calls a second that are let through. */
  readonly assumeRootsPerSecond?: number;
}

export interface Endpoints {
  readonly aws: string;
  readonly objects: string;
}

/** What was asked of it meanwhile. */
export interface Observed {
  readonly calls: Record<string, number>;
  readonly refused: number;
  readonly peakInFlight: number;
  readonly connections: number;
  readonly accountsWithCredentials: number;
  /** From the first AssumeRoot that was answered to the last. */
  readonly assumingMs: number;
  /** What the organization itself cost, on the same cores as those who ask it. */
  readonly organizationCpuMs: number;
}

/** Runs in a process of its own, as AWS does: `process.send` and messages are the wire to the benchmark. */
async function main(world: World) {
  const organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement'] });
  const root = { password: true, accessKeys: [{}], mfaDevices: [{}] };
  for (let n = 0; n < world.accounts; n++) {
    organization.addAccount({ id: String(200_000_000_000 + n), root: world.dirty ? root : {} });
  }
  if (world.assumeRootsPerSecond) {
    organization.faults.add({ operation: 'sts:AssumeRoot', effect: throttle(world.assumeRootsPerSecond) });
  }
  let inFlight = 0;
  let peakInFlight = 0;
  organization.faults.add({
    operation: '*',
    effect: async (call, answer) => {
      peakInFlight = Math.max(peakInFlight, ++inFlight);
      return delay(world.latencyMs)(call, answer).finally(() => inFlight--);
    },
  });
  const [aws, objects] = [await serve(organization), await serveObjects()];
  process.on('message', () => {
    const member = organization.accounts.filter(({ id }) => id !== organization.managementAccountId);
    const assumed = organization.calls.filter(({ operation, error }) => operation === 'AssumeRoot' && error === undefined).map(({ at }) => at);
    const cpu = process.cpuUsage(idle);
    const observed: Observed = {
      calls: countBy(organization.calls),
      refused: organization.calls.filter(({ error }) => error === 'Throttling').length,
      peakInFlight,
      connections: aws.connections(),
      accountsWithCredentials: member.filter(({ root: user }) => !user.isClean).length,
      assumingMs: assumed.at(-1)! - assumed[0],
      organizationCpuMs: (cpu.user + cpu.system) / 1_000,
    };
    process.send!(observed);
  });
  const idle = process.cpuUsage();
  process.send!({ aws: aws.endpoint, objects: objects.endpoint } satisfies Endpoints);
}

function countBy(calls: readonly RecordedCall[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operation } of calls) {
    counts[operation] = (counts[operation] ?? 0) + 1;
  }
  return counts;
}

void main(JSON.parse(process.argv[2]) as World);
