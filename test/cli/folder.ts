import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, start, type, type Ended } from './terminal';
import { FakeOrganization, serve, type ServedOrganization } from '../../local-aws/organization';

export const MANAGEMENT = '111111111111';
export const MEMBER = '222222222222';
export const OTHER = '333333333333';
export const ORGANIZATION = 'o-fakeorganization';

/** With spaces and keys that a rewritten policy would not have. */
export const DENY_ALL = '{ "Version": "2012-10-17",\n "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}] }';

/** A folder in which a person works, with credentials of the management account of an organization. */
export class Folder {
  static async create(): Promise<Folder> {
    const organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement', 'RootSessions'] });
    organization.addAccount({ id: MEMBER, name: 'payments', email: 'payments@example.com' });
    organization.addAccount({ id: OTHER, name: 'archive' });
    return new Folder(organization, await serve(organization));
  }

  readonly path = mkdtempSync(join(tmpdir(), 'terminal-'));

  private constructor(readonly organization: FakeOrganization, private readonly served: ServedOrganization) {}

  run(args: string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return run(args, { ...this.served.environment, ...environment }, this.path);
  }

  get environment() {
    return this.served.environment;
  }

  /**
   * Interrupts the program while it waits for the answer to this call, which has its effect.
   *
   * @param leaves whether it leaves at once, and not when it has the answer
   */
  async interrupt(operation: string, args: string[], { leaves = true } = {}): Promise<Ended> {
    const { process: child, ended } = start(args, this.served.environment, this.path);
    const interrupted = leaves ? ended : new Promise((resolve) => child.stderr!.on('data', (text) => String(text).includes('Interrupted') && resolve(text)));
    this.organization.faults.add({
      operation,
      effect: async (_call, answer) => {
        const answered = await answer();
        child.kill('SIGINT');
        await interrupted;
        return answered;
      },
    });
    return ended;
  }

  type(keys: string, args: string[]): Promise<Ended> {
    return type(keys, args, this.served.environment, this.path);
  }

  files(): string[] {
    return readdirSync(this.path);
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), 'utf8');
  }

  modeOf(file: string): string {
    return (statSync(join(this.path, file)).mode % 0o1000).toString(8);
  }

  /** What was asked for to change something, and by whom. */
  changes(): string[] {
    return this.organization.calls.filter(({ operation }) => !/^(Get|List|Describe|AssumeRoot$)/.test(operation)).map(({ operation, caller }) => `${operation} ${caller.arn}`);
  }

  /** The task policies of the root sessions that were taken. */
  tasks(): string[] {
    const arns = this.organization.calls.filter(({ operation }) => operation === 'AssumeRoot').map(({ input }) => Object.values(input).find((value) => value?.includes('root-task/'))!);
    return [...new Set(arns.map((arn) => arn.split('/').at(-1)!))];
  }

  close(): Promise<void> {
    return this.served.close();
  }
}
