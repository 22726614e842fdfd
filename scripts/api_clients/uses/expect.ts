/** What the uses of all clients in TypeScript share: the address of the service, and what they expect of an answer. */

declare const process: { argv: string[] };

export const address: string = process.argv[2] ?? "";

/** The answer of a call that must have one. */
export function given<T>(answer: T | null | undefined, call: string): T {
  if (answer === null || answer === undefined) throw new Error(`${call}: there is no answer`);
  return answer;
}

/** Throws if a value of an answer is another than expected. */
export function expect<T>(value: T, expected: T, call: string): void {
  if (value !== expected) throw new Error(`${call}: ${JSON.stringify(value)} instead of ${JSON.stringify(expected)}`);
}
