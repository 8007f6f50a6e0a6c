import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const STACK_ID = 'arn:aws:cloudformation:us-east-1:111111111111:stack/RootAccess/1';

export interface FakeStack {
  readonly id: string;
  status: string;
  readonly rootId?: string;
  readonly parentId?: string;
  /** By logical id. */
  readonly resources: Map<string, { status: string; physicalId?: string }>;
  /** The latest first. */
  readonly events: { logicalId: string; physicalId: string; status: string; at: Date }[];
}

/** As much of CloudFormation as describes stacks, their resources and their events, two events on a page. */
export class FakeStacks {
  readonly all = new Map<string, FakeStack>();
  /** Actions, with the stack. */
  readonly denied = new Set<string>();
  readonly calls: string[] = [];

  /** A stack that is there, with the id of the function's own unless it has another. */
  add(stack: Partial<FakeStack> & Pick<FakeStack, 'status'>): FakeStack {
    const added = { id: STACK_ID, resources: new Map(), events: [], ...stack };
    this.all.set(added.id, added);
    return added;
  }

  answer(parameters: URLSearchParams): [status: number, body: string] {
    const [action, name] = [parameters.get('Action')!, parameters.get('StackName')!];
    this.calls.push(action);
    const stack = this.all.get(name);
    if (this.denied.has(`${action} ${name}`)) {
      return failed('AccessDenied', `not authorized to perform: cloudformation:${action} on resource: ${name}`, 403);
    }
    if (!stack) {
      return failed('ValidationError', `Stack with id ${name} does not exist`);
    }
    return this[action as 'DescribeStackEvents'](stack, parameters);
  }

  DescribeStacks({ id, status, rootId, parentId }: FakeStack): [number, string] {
    return answered('DescribeStacks', element('Stacks', element('member', [
      element('StackId', id), element('StackName', 'RootAccess'), element('CreationTime', '2026-01-01T00:00:00Z'), element('StackStatus', status),
      rootId === undefined ? '' : element('RootId', rootId), parentId === undefined ? '' : element('ParentId', parentId),
    ].join(''))));
  }

  DescribeStackResource({ id, resources }: FakeStack, parameters: URLSearchParams): [number, string] {
    const logicalId = parameters.get('LogicalResourceId')!;
    const resource = resources.get(logicalId);
    if (!resource) {
      return failed('ValidationError', `Resource ${logicalId} does not exist for stack RootAccess`);
    }
    return answered('DescribeStackResource', element('StackResourceDetail', [
      element('StackId', id), element('LogicalResourceId', logicalId), element('ResourceStatus', resource.status),
      resource.physicalId === undefined ? '' : element('PhysicalResourceId', resource.physicalId),
      element('LastUpdatedTimestamp', '2026-01-01T00:00:00Z'), element('ResourceType', 'Custom::Thing'),
    ].join('')));
  }

  DescribeStackEvents({ id, events }: FakeStack, parameters: URLSearchParams): [number, string] {
    const start = Number(parameters.get('NextToken') ?? 0);
    const members = events.slice(start, start + 2).map(({ logicalId, physicalId, status, at }) => element('member', [
      element('StackId', id), element('StackName', 'RootAccess'), element('EventId', 'event'), element('LogicalResourceId', logicalId),
      element('PhysicalResourceId', physicalId), element('ResourceStatus', status), element('Timestamp', at.toISOString()),
    ].join('')));
    const next = start + 2 < events.length ? element('NextToken', String(start + 2)) : '';
    return answered('DescribeStackEvents', element('StackEvents', members.join('')) + next);
  }
}

const element = (name: string, content: string) => `<${name}>${content}</${name}>`;
const answered = (action: string, result: string): [number, string] => [200, element(`${action}Response`, element(`${action}Result`, result))];
const failed = (code: string, message: string, status = 400): [number, string] => [status, element('ErrorResponse', element('Error', element('Code', code) + element('Message', message)))];

export interface ServedStacks {
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function serveStacks(stacks: FakeStacks): Promise<ServedStacks> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const [status, body] = stacks.answer(new URLSearchParams(Buffer.concat(chunks).toString()));
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
