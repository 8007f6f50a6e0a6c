import { IResolvable } from 'aws-cdk-lib';

/** A payload as a template has it: a value may be a token or a JSON path instead. A field that is missing, or renamed at one end, does not compile. */
export type Rendered<T> = { readonly [Name in keyof T]: T[Name] | IResolvable | string };

/** Names of the fields of a type, those of every member of a union included. */
type FieldOf<T> = T extends unknown ? keyof T & string : never;

/** JSON paths to the fields of an answer, or of the state of a state machine. A field that is renamed at its source does not compile. */
export const pathsIn = <T extends object>(at = '$') => (field: FieldOf<T>) => `${at}.${field}`;
