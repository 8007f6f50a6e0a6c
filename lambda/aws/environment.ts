/** Environment variables of the function, as the contract of its room declares them and its template sets them. */
export const environment = <Variables extends object>(): Variables => process.env as unknown as Variables;

/** Variables that Lambda sets. A terminal may lack them. */
export interface LambdaEnvironment {
  readonly AWS_REGION: string;
}
