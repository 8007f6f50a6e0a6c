import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Policies } from './policies';

const ROLE = 'arn:aws:iam::111111111111:role/Worker';
const xml = (operation: string, result: string) => `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`;
const MISSING = '<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>it is not there</Message></Error></ErrorResponse>';
const document = encodeURIComponent(JSON.stringify({ Statement: [] }));

describe('the policies of a role', () => {
  let engine: Server;
  let policies: Policies;
  let answers: Record<string, string>;
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);

  beforeAll(async () => {
    process.on('unhandledRejection', note);
    engine = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => body += part).on('end', () => {
        const query = new URLSearchParams(body);
        const answer = answers[`${query.get('Action')} ${query.get('PolicyName') ?? ''}`.trim()] ?? MISSING;
        response.writeHead(answer === MISSING ? 404 : 200, { 'content-type': 'text/xml' }).end(answer);
      });
    });
    await new Promise<void>((listening) => engine.listen(0, '127.0.0.1', listening));
    policies = new Policies(`http://127.0.0.1:${(engine.address() as AddressInfo).port}`, 'us-east-1');
  });
  afterAll(async () => {
    process.off('unhandledRejection', note);
    policies.close();
    await new Promise((closed) => engine.close(closed));
  });
  beforeEach(() => policies.forget());

  test('that is deleted while they are listed are none, and no error is left behind', async () => {
    answers = { ListRolePolicies: xml('ListRolePolicies', '<IsTruncated>false</IsTruncated><PolicyNames><member>Gone</member></PolicyNames>') };
    expect(await policies.ofRole(ROLE)).toEqual([]);
    await new Promise((later) => setTimeout(later, 50));
    expect(unhandled).toEqual([]);
  });

  test('are those that are still there when they are read', async () => {
    answers = {
      'ListRolePolicies': xml('ListRolePolicies', '<IsTruncated>false</IsTruncated><PolicyNames><member>Gone</member><member>There</member></PolicyNames>'),
      'ListAttachedRolePolicies': xml('ListAttachedRolePolicies', '<IsTruncated>false</IsTruncated><AttachedPolicies/>'),
      'GetRolePolicy There': xml('GetRolePolicy', `<RoleName>Worker</RoleName><PolicyName>There</PolicyName><PolicyDocument>${document}</PolicyDocument>`),
    };
    expect(await policies.ofRole(ROLE)).toEqual([{ name: 'There', policy: { Statement: [] } }]);
  });
});
