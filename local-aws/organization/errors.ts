/** An error as AWS sends it; `fields` are the further members of the error, such as `Reason`. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export const accessDenied = (message: string) => new AwsError('AccessDenied', message, 403);
