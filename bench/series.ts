/**
 * Measures several subjects in turn, A B A B …, so that what else the machine does meets all of them.
 * @returns what was measured, subject by subject
 */
export async function inTurn<T, Subject>(
  rounds: number,
  subjects: Subject[],
  measure: (subject: Subject) => Promise<T>,
): Promise<T[][]> {
  const measured = subjects.map((): T[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, subject] of subjects.entries()) measured[index]?.push(await measure(subject));
  }
  return measured;
}

/** The middle one, or the mean of the two in the middle: one burst beside a hiccup of the machine changes nothing. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new Error("there is no median of nothing");
  return (low + high) / 2;
}
