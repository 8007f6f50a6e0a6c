import type { WireRequest } from '../../local-aws/wire';

/** Name of the operation that a request to a service other than S3 asks for. */
export const operationOf = ({ headers, body }: WireRequest): string => (
  String(headers['x-amz-target'] ?? '').split('.')[1] ?? new URLSearchParams(body.toString()).get('Action') ?? '');
