import * as guard from './rows/guard';
import * as organization from './rows/organization';
import type { Exercised, Pinned } from './rows/row';
import * as session from './rows/session';
import * as sweep from './rows/sweep';

const ROOMS = [organization, sweep, session, guard];

export const EXERCISED: readonly Exercised[] = ROOMS.flatMap((room) => room.EXERCISED);
export const PINNED: readonly Pinned[] = ROOMS.flatMap((room) => room.PINNED);
