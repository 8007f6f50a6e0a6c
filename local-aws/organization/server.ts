import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { WireRequest, WireResponse } from '../wire';
import { FakeOrganization } from './fake-organization';

export interface ServedOrganization {
  readonly endpoint: string;
  /** Variables with which any SDK or the AWS CLI talks to the organization as administrator of the management account. */
  readonly environment: Record<string, string>;
  /** Connections that were opened so far. */
  connections(): number;
  /** Callers that wait for an answer learn that there will be none. */
  dropConnections(): void;
  close(): Promise<void>;
}

/** The organization on a loopback port of its own. */
export async function serve(organization: FakeOrganization): Promise<ServedOrganization> {
  const server = createServer((incoming, outgoing) => {
    void readRequest(incoming)
      .then(async (request) => await organization.answer(request) ?? notAnswered(request))
      .then((answer) => writeAnswer(outgoing, answer))
      .catch(() => outgoing.destroy()); // the caller hung up in the middle of its request
  });
  let connections = 0;
  server.on('connection', () => connections++);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: organization.managementAccountId,
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    connections: () => connections,
    dropConnections: () => server.closeAllConnections(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

export async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  await new Promise((ended, broken) => incoming.on('data', (chunk) => chunks.push(chunk)).on('end', ended).on('error', broken));
  return { method: incoming.method!, url: incoming.url!, headers: incoming.headers, body: Buffer.concat(chunks) };
}

/** Writes an answer, with the trouble on the line that it asks for. */
export function writeAnswer(outgoing: ServerResponse, { status, headers, body, connection }: WireResponse): void {
  if (connection === 'reset') {
    outgoing.destroy();
    return;
  }
  if (connection === 'silent') {
    return; // until the caller hangs up
  }
  const bytes = Buffer.from(body);
  outgoing.sendDate = false; // the clock of a caller may be ahead: the SDK would take each refusal for one of its clock, and ask again
  outgoing.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  if (connection === 'cut' || connection === 'stalled') {
    outgoing.write(bytes.subarray(0, bytes.length / 2), () => connection === 'cut' && outgoing.destroy());
  } else {
    outgoing.end(bytes);
  }
}

function notAnswered({ method, url }: WireRequest): WireResponse {
  return { status: 404, headers: { 'content-type': 'text/plain' }, body: `${method} ${url} is not the organization's business` };
}
