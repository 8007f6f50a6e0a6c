import { accessSync, closeSync, constants, existsSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './usage';
import { messageOf } from '../lambda/aws/errors';

/** The purpose of a new file, and the option for its name, as an error says it. */
export interface NewFile {
  readonly what: string;
  readonly option: string;
}

/** Throws when the file exists or cannot be made: before anything is asked of AWS. */
export function expectNew(path: string, { what, option }: NewFile) {
  if (existsSync(path)) {
    throw new UsageError(`${path} exists, and is not overwritten: name another file with ${option}. Nothing was changed.`);
  }
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    throw new UsageError(`${what} cannot be saved in ${path} (${messageOf(error)}): name another file with ${option}. Nothing was changed.`);
  }
}

/** For its owner alone, in place of no other file, and on the disk when this returns. */
export function writeNew(path: string, text: string, { what, option }: NewFile) {
  let file: number | undefined;
  try {
    file = openSync(path, 'wx', 0o600);
    writeFileSync(file, text);
    fsyncSync(file);
  } catch (error) {
    if (file !== undefined) {
      rmSync(path); // a part of it is no record
    }
    throw new Error(`${what} could not be saved in ${path} (${messageOf(error)}): name another file with ${option}. Nothing was changed.`);
  } finally {
    if (file !== undefined) {
      closeSync(file);
    }
  }
}
