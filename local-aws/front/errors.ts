import { randomUUID } from 'node:crypto';
import type { WireResponse } from '../wire';

const QUERY_SERVICES = ['cloudformation', 'iam', 'sts', 'sns'];
const JSON_NAMES: Readonly<Record<string, string>> = { InvalidClientTokenId: 'UnrecognizedClientException', ExpiredToken: 'ExpiredTokenException' };
const S3_NAMES: Readonly<Record<string, string>> = { InvalidClientTokenId: 'InvalidAccessKeyId' };
const REST_JSON_SERVICES = ['lambda', 'scheduler'];

/** A denial in the wire format of the service. */
export function accessDenied(service: string, message: string): WireResponse {
  return failure(service, service === 's3' || QUERY_SERVICES.includes(service) ? 'AccessDenied' : 'AccessDeniedException', message, 403);
}

/** A key that is unknown or expired; each protocol has its own names for it. */
export function unauthenticated(service: string, { code, message, status }: { code: string; message: string; status: number }): WireResponse {
  const names: Readonly<Record<string, string>> = service === 's3' ? S3_NAMES : QUERY_SERVICES.includes(service) ? {} : JSON_NAMES;
  return failure(service, names[code] ?? code, message, status);
}

/** JSON services answer every error of the caller with 400, whatever the status elsewhere. */
export function failure(service: string, code: string, message: string, status: number): WireResponse {
  const requestId = randomUUID();
  if (service === 's3') {
    return xml(status, requestId, `<Error><Code>${code}</Code><Message>${escape(message)}</Message><RequestId>${requestId}</RequestId></Error>`);
  }
  if (QUERY_SERVICES.includes(service)) {
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escape(message)}</Message></Error>`;
    return xml(status, requestId, `<ErrorResponse>${error}<RequestId>${requestId}</RequestId></ErrorResponse>`);
  }
  const rest = REST_JSON_SERVICES.includes(service);
  return {
    status: rest ? status : 400,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId, ...(rest && { 'x-amzn-errortype': code }) },
    body: JSON.stringify({ __type: code, message, Message: message }),
  };
}

export function jsonAnswer(body: object): WireResponse {
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) };
}

function xml(status: number, requestId: string, body: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/xml', 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}

function escape(text: string) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
