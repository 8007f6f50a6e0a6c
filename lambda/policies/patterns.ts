/** Three values, because a policy may ask for what nobody can know beforehand; what is unknown is never taken for a no. */
export type Truth = 'yes' | 'no' | 'unknown';

export const not = (truth: Truth): Truth => ({ yes: 'no', no: 'yes', unknown: 'unknown' } as const)[truth];

export function every(truths: readonly Truth[]): Truth {
  return truths.includes('no') ? 'no' : truths.includes('unknown') ? 'unknown' : 'yes';
}

export function some(truths: readonly Truth[]): Truth {
  return not(every(truths.map(not)));
}

/** Stands in a value for a part of any length that is not known: the id of an account, the name of a bucket. */
export const ANY = '\u0000';

/** Stand in a pattern for characters that mean themselves: `${*}` and `${?}`. */
const LITERALS: Readonly<Record<string, string>> = { '\ue000': '*', '\ue001': '?' };

/** A text in which `*` and `?` are no wildcards, as a pattern. */
export function literally(text: string): string {
  return text.replaceAll('*', '\ue000').replaceAll('?', '\ue001');
}

/** Whether a value matches a pattern with `*` and `?`: whatever stands for its unknown parts, or only with some of it. */
export function matches(pattern: string, value: string): Truth {
  return glob(pattern, value, false) ? 'yes' : value.includes(ANY) && glob(pattern, value, true) ? 'unknown' : 'no';
}

/** With `maybe`, an unknown part can be whatever the pattern asks for; without, only a `*` covers it. */
function glob(pattern: string, value: string, maybe: boolean): boolean {
  // matched[j]: the pattern so far matches the first j characters of the value
  let matched = [true];
  for (let j = 1; j <= value.length; j++) {
    matched.push(maybe && value[j - 1] === ANY && matched[j - 1]);
  }
  for (const wanted of pattern) {
    const next = [wanted === '*' && matched[0]];
    for (let j = 1; j <= value.length; j++) {
      next.push(wanted === '*' ? matched[j] || next[j - 1] : step(wanted, value[j - 1], matched, next, j, maybe));
    }
    matched = next;
  }
  return matched[value.length];
}

function step(wanted: string, char: string, matched: readonly boolean[], next: readonly boolean[], j: number, maybe: boolean): boolean {
  return char === ANY ? maybe && (matched[j] || next[j - 1]) : (wanted === '?' || (LITERALS[wanted] ?? wanted) === char) && matched[j - 1];
}
