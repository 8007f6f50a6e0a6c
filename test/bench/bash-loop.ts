import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Child } from './child';
import type { Endpoints, Observed, World } from './organization';
import { LOCAL_FOLDER } from './runtime';
import { environmentOf } from './sweep';
import { virtualEnvironment } from '../../local-aws/engine/virtual-environment';

export interface Looped extends Observed {
  readonly wallMs: number;
}

/** The loop of the AWS CLI over the same organization. */
export async function measureLoop(world: World): Promise<Looped> {
  const python = await virtualEnvironment(LOCAL_FOLDER, join(__dirname, 'requirements.txt'));
  const organization = new Child('organization.ts', { argument: JSON.stringify(world) });
  const endpoints = await organization.message<Endpoints>();
  const environment = environmentOf(endpoints, endpoints.aws);
  const accounts = Array.from({ length: world.accounts }, (_, n) => String(200_000_000_000 + n));
  const began = performance.now();
  const loop = spawn('bash', [join(__dirname, 'loop.sh'), ...accounts], {
    env: { ...environment, PATH: process.env.PATH, PYTHON: python }, stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(loop, 'exit');
  const wallMs = performance.now() - began;
  organization.send({});
  const observed = await organization.message<Observed>();
  organization.end();
  return { ...observed, wallMs };
}
