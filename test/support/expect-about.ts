/** Jest's `expect`, with a failure that begins with what the value is about: in loops and properties the value alone does not say it. */
export function expectAbout<T>(about: string, actual: T): jest.JestMatchers<T> {
  return labelled(about, expect(actual));
}

function labelled<T extends object>(about: string, matchers: T): T {
  return new Proxy(matchers, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (...args: unknown[]) => labelling(about, () => member(...args)) : labelled(about, member as object);
    },
  });
}

/** Of a matcher that answers at once, and of one that waits for a promise. */
function labelling(about: string, match: () => unknown): unknown {
  const explain = (error: Error) => {
    error.message = `${about}\n${error.message}`;
    throw error;
  };
  try {
    const answer = match();
    return answer instanceof Promise ? answer.catch(explain) : answer;
  } catch (error) {
    return explain(error as Error);
  }
}
