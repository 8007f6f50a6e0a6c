import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Endpoints, Observed, World } from './organization';
import { child, environmentOf, message } from './sweep';
import { virtualEnvironment } from '../local-aws/engine/virtual-environment';

export interface Looped extends Observed {
  readonly wallMs: number;
}

/** The loop of the AWS CLI over the same organization. */
export async function measureLoop(world: World): Promise<Looped> {
  const python = await virtualEnvironment(join(__dirname, '..', '..', '.local-aws'), join(__dirname, 'requirements.txt'));
  const organization = child('organization.ts', [JSON.stringify(world)]);
  const environment = environmentOf(await message<Endpoints>(organization));
  const accounts = Array.from({ length: world.accounts }, (_, n) => String(200_000_000_000 + n));
  const began = performance.now();
  const loop = spawn('bash', [join(__dirname, 'loop.sh'), ...accounts], {
    env: { ...environment, PATH: process.env.PATH, PYTHON: python }, stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(loop, 'exit');
  const wallMs = performance.now() - began;
  organization.send('what was asked?');
  const observed = await message<Observed>(organization);
  organization.kill();
  return { ...observed, wallMs };
}
