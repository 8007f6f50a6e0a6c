import { IResolvable } from 'aws-cdk-lib';

/** A payload as a template has it: a value may be a token or a JSON path instead. A field that is missing, or renamed at one end, does not compile. */
export type Rendered<T> = { readonly [Name in keyof T]: T[Name] | IResolvable | string };
