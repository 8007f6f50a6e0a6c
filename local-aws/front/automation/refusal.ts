/** What Systems Manager answers with instead of doing it. */
export class Refusal extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
  }
}
