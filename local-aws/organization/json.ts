import { randomUUID } from 'node:crypto';
import { WireRequest, WireResponse } from '../wire';
import { Input } from './call';
import { AwsError } from './errors';
import { Result } from './operation';

/** AWS JSON 1.1, which Organizations speaks. */
export function readJson({ headers, body }: WireRequest): { operation: string; input: Input } {
  const members = Object.entries(JSON.parse(body.toString() || '{}') as Record<string, unknown>);
  return {
    operation: String(headers['x-amz-target']).split('.')[1],
    input: Object.fromEntries(members.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])),
  };
}

/** Times are seconds since the epoch. */
export function writeJson(result: Result): WireResponse {
  return json(200, JSON.stringify(result ?? {}, function (this: Record<string, unknown>, name, value) {
    const original = this[name];
    return original instanceof Date ? original.getTime() / 1000 : value;
  }));
}

/** JSON services have names of their own for what every service can say. */
const COMMON_ERRORS: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  ExpiredToken: 'ExpiredTokenException',
};

/** Every refusal is a 400, whatever the service's model says (recorded from AWS, September 2026). */
export function writeJsonError({ code, message, status, fields }: AwsError): WireResponse {
  return json(Math.floor(status / 100) === 4 ? 400 : status, JSON.stringify({ __type: COMMON_ERRORS[code] ?? code, Message: message, ...fields }));
}

const json = (status: number, body: string): WireResponse =>
  ({ status, headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() }, body });
