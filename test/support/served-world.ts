import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readRequest, writeAnswer } from '../../local-aws/organization';
import type { WireRequest, WireResponse } from '../../local-aws/wire';

interface World {
  answer(request: WireRequest): Promise<WireResponse>;
}

/** Serves a world to everybody in this test file: the newest, by the environment of the SDK and whatever else the code reads. */
export function serveWorld(newest: () => World, environment: Record<string, string>): void {
  const server = createServer((incoming, outgoing) => {
    void readRequest(incoming)
      .then((request) => newest().answer(request))
      .then((answer) => writeAnswer(outgoing, answer))
      .catch(() => outgoing.destroy());
  });
  beforeAll(async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.01); // the SDK draws its pauses between attempts, here the shortest
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: 'us-east-1',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...environment,
    });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
}
