/** The smallest of the ascending values that at least `share` of them do not exceed (nearest rank); 0 of none. */
export function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.max(Math.ceil(share * ascending.length), 1) - 1] ?? 0;
}
