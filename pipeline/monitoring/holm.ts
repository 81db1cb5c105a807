/**
 * P-values adjusted for their number, in the order given: those below alpha are findings, and the
 * chance that any of them is a false one is at most alpha, however the tests depend on each other.
 * Holm, S. (1979), A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of
 * Statistics 6(2), 65-70.
 */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = Array<number>(pValues.length).fill(1);
  let largest = 0;
  const order = pValues
    .map((_, at) => at)
    .toSorted((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
  for (const [rank, at] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * (pValues[at] ?? 1)));
    adjusted[at] = largest;
  }
  return adjusted;
}
