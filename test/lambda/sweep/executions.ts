import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const STATE_MACHINE = 'arn:aws:states:us-east-1:111111111111:stateMachine:sweep';

/** An execution of the one state machine. */
export interface FakeExecution {
  readonly name: string;
  readonly input: string;
  readonly startDate: Date;
  status: string;
  error?: string;
  cause?: string;
  /** JSON */
  output?: string;
}

type Input = Readonly<Record<string, string>>;

/** As much of Step Functions as starts, lists, describes and stops executions; tests say how they end. */
export class FakeExecutions {
  readonly all: FakeExecution[] = [];
  /** Code of the error with which the next calls are answered. */
  readonly errors: string[] = [];
  /** The calls, in their order. */
  readonly calls: string[] = [];

  arnOf({ name }: Pick<FakeExecution, 'name'>): string {
    return `${STATE_MACHINE.replace(':stateMachine:', ':execution:')}:${name}`;
  }

  /** An execution that is there. */
  add(name: string, execution: Partial<FakeExecution> = {}): FakeExecution {
    const added = { name, input: '{}', startDate: new Date(), status: 'RUNNING', ...execution };
    this.all.push(added);
    return added;
  }

  answer(operation: string, input: Input): object {
    this.calls.push(operation);
    const error = this.errors.shift();
    return error === undefined ? this[operation as 'ListExecutions'](input) : { __type: error };
  }

  /** Two on a page: whoever forgets to read on does not get far. */
  ListExecutions({ statusFilter, nextToken = '0' }: Input): object {
    const found = this.all.filter(({ status }) => status === statusFilter);
    const end = Number(nextToken) + 2;
    const page = found.slice(Number(nextToken), end).map((each) => this.shown(each));
    return { executions: page, nextToken: end < found.length ? String(end) : undefined };
  }

  DescribeExecution(input: Input): object {
    const execution = this.of(input);
    return execution ? this.shown(execution) : { __type: 'ExecutionDoesNotExist' };
  }

  /** The same name is the same execution as long as that runs with the same input (AWS API reference). */
  StartExecution({ name, input }: Input): object {
    const known = this.all.find((each) => each.name === name);
    if (known && (known.status !== 'RUNNING' || known.input !== input)) {
      return { __type: 'ExecutionAlreadyExists' };
    }
    return this.shown(known ?? this.add(name, { input }));
  }

  StopExecution({ executionArn, error, cause }: Input): object {
    const execution = this.of({ executionArn });
    return execution ? this.shown(Object.assign(execution, { status: 'ABORTED', error, cause })) : { __type: 'ExecutionDoesNotExist' };
  }

  private of({ executionArn }: Input): FakeExecution | undefined {
    return this.all.find((each) => this.arnOf(each) === executionArn);
  }

  private shown(execution: FakeExecution): object {
    return { ...execution, executionArn: this.arnOf(execution), stateMachineArn: STATE_MACHINE, startDate: execution.startDate.getTime() / 1_000 };
  }
}

let executions: FakeExecutions;

/** A state machine without executions, and the only one that is reached over the wire. */
export function newExecutions(): FakeExecutions {
  executions = new FakeExecutions();
  return executions;
}

/** Serves the newest executions to everybody in this test file. */
export function serveExecutions(): void {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1];
      const answer = executions.answer(operation, JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead('__type' in answer ? 400 : 200).end(JSON.stringify(answer));
    });
  });
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: '111111111111', AWS_SECRET_ACCESS_KEY: 'local',
    });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
}
