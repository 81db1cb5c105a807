/** A sample as its distinct values in order, and how much of it lies up to each of them. */
export interface Distribution {
  readonly values: readonly number[];
  /** Counts up to and with each value; the last one is the sample's size. */
  readonly cumulative: readonly number[];
}

/** The distribution that a KLL sketch stands for: exact where it was never compacted. */
export function distributionOf({
  data,
}: {
  readonly data: readonly (readonly number[])[];
}): Distribution {
  const points = data
    .flatMap((level, at) => level.map((value) => ({ value, weight: 2 ** at })))
    .toSorted((a, b) => a.value - b.value);
  const values: number[] = [];
  const cumulative: number[] = [];
  let total = 0;
  for (const { value, weight } of points) {
    total += weight;
    if (values.at(-1) !== value) values.push(value);
    cumulative[values.length - 1] = total;
  }
  return { values, cumulative };
}

/** How many values there are in all. */
export function sizeOf({ cumulative }: Distribution): number {
  return cumulative.at(-1) ?? 0;
}

/** How many values are smaller than `limit`. */
export function countBelow({ values, cumulative }: Distribution, limit: number): number {
  return cumulative[placeOf(values, limit) - 1] ?? 0;
}

/** How many values are at most `limit`. */
export function countUpTo(sample: Distribution, limit: number): number {
  const place = placeOf(sample.values, limit);
  const at = sample.values[place] === limit ? place : place - 1;
  return sample.cumulative[at] ?? 0;
}

/** The smallest value that at least this share of the sample does not exceed; 0 of none. */
export function quantile({ values, cumulative }: Distribution, share: number): number {
  const wanted = share * (cumulative.at(-1) ?? 0);
  return values[placeOf(cumulative, wanted)] ?? values.at(-1) ?? 0;
}

/** The index of the first of the sorted values that is not smaller than `value`, by halving. */
export function placeOf(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
