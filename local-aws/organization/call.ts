import { Caller } from '../wire';
import { View } from './timeline';

export type Service = 'sts' | 'iam' | 'organizations' | 's3' | 'sqs';

/** The top-level members of a request. All members that the organization reads are scalars; others are kept as JSON text. */
export type Input = Readonly<Record<string, string | undefined>>;

/** How lists are cut into pages; faults change it for a call. */
export interface Pages {
  /** At most so many entries a page, whatever the caller asks for. */
  size?: number;
  /** An empty page with a token goes before each page. */
  empty?: boolean;
  /** Every page is empty and has a token, of which there are so many. */
  endless?: number;
}

/** One request to the organization on its way to an answer. */
export interface Call {
  readonly at: number;
  readonly service: Service;
  /** For which it was signed. */
  readonly region: string;
  readonly operation: string;
  readonly caller: Caller;
  readonly input: Input;
  /** The account that it is about: the target of an AssumeRoot, the member account of a root session. */
  readonly target?: string;
  view: View;
  readonly pages: Pages;
}

/** What tests read afterwards. */
export interface RecordedCall extends Pick<Call, 'at' | 'service' | 'region' | 'operation' | 'caller' | 'input' | 'target'> {
  /** Code of the error that was answered. */
  error?: string;
  /** True when the organization left it to somebody else: an IAM call of an ordinary caller, for example. */
  forwarded?: boolean;
}

/** The name that IAM has for what the call does. */
export const actionOf = ({ service, operation }: Pick<Call, 'service' | 'operation'>) => `${service}:${operation}`;
