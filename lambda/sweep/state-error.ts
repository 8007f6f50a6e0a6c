/** The cause of a function's error in a state machine is JSON with a stack; that of other errors is text. */
export function messageOfCause(cause: string): string {
  try {
    return (JSON.parse(cause) as { errorMessage?: string }).errorMessage ?? cause;
  } catch {
    return cause;
  }
}
