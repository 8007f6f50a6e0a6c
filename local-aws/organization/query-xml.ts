import { randomUUID } from 'node:crypto';
import { WireResponse } from '../wire';
import { Input, Service } from './call';
import { AwsError } from './errors';
import { Result, Value } from './operation';

/** The AWS query protocol, which STS and IAM speak: a form comes in, XML goes out. */
const NAMESPACES: Partial<Record<Service, string>> = {
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
};

export function readQuery(body: Buffer): { operation: string; input: Input } {
  const { Action: operation = '', Version: _version, ...input } = Object.fromEntries(new URLSearchParams(body.toString()));
  return { operation, input };
}

export function writeQuery(service: Service, operation: string, result: Result): WireResponse {
  const id = randomUUID();
  const content = (result ? element(`${operation}Result`, result) : '') + element('ResponseMetadata', { RequestId: id });
  return xml(200, id, `<${operation}Response xmlns="${NAMESPACES[service]}">${content}</${operation}Response>`);
}

export function writeQueryError(service: Service, { code, message, status }: AwsError): WireResponse {
  const id = randomUUID();
  const content = element('Error', { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message }) + element('RequestId', id);
  return xml(status, id, `<ErrorResponse xmlns="${NAMESPACES[service]}">${content}</ErrorResponse>`);
}

const xml = (status: number, id: string, body: string): WireResponse =>
  ({ status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': id }, body });

const element = (name: string, value: Value): string => value === undefined ? '' : `<${name}>${inner(value)}</${name}>`;

function inner(value: Exclude<Value, undefined>): string {
  if (typeof value !== 'object') return escape(String(value));
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, 'Z');
  if (value instanceof Map) return [...value].map(([key, item]) => element('entry', { key, value: item })).join('');
  if (Array.isArray(value)) return value.map((item) => element('member', item)).join('');
  return Object.entries(value).map(([name, item]) => element(name, item)).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string) => text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
