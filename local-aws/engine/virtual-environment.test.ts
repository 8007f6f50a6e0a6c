import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPython, virtualEnvironment } from './virtual-environment';

describe('the virtual environment of the engine', () => {
  let folder: string;
  let requirements: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'virtual-environment-'));
    requirements = join(folder, 'requirements.txt');
    writeFileSync(requirements, '# nothing to install\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is made once when two processes want it at the same time, and leaves no draft behind', async () => {
    const home = join(folder, 'home');
    const [first, second] = await Promise.all([virtualEnvironment(home, requirements), virtualEnvironment(home, requirements)]);

    expect(first).toBe(second);
    expect(existsSync(first)).toBe(true);
    expect(readdirSync(home)).toEqual([expect.stringMatching(/^python-[0-9a-f]{12}$/)]);
  });

  test('takes no package whose hash is not the recorded one, and is not there afterwards', async () => {
    writeFileSync(join(folder, 'thing-1.0-py3-none-any.whl'), 'not what was recorded');
    writeFileSync(requirements, `--no-index\n--find-links ${folder}\nthing==1.0 --hash=sha256:${'0'.repeat(64)}\n`);

    await expect(virtualEnvironment(join(folder, 'home'), requirements)).rejects.toThrow('THESE PACKAGES DO NOT MATCH THE HASHES');
    expect(readdirSync(join(folder, 'home'))).toEqual([]);
  });

  test('asks for a Python that is recent enough', async () => {
    await expect(findPython(['no-such-python', 'neither-this'])).rejects.toThrow(/Python 3\.10 or newer.*no-such-python, neither-this.*install/);
  });
});
