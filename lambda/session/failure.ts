/** An error by which people know what happened. Its message says what was changed, if anything was. */
export function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
