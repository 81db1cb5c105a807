import { type Distribution, distributionOf } from "../../../pipeline/monitoring/distribution.ts";

/** `[i * i % modulus / scale for i in range(count)]`, as the tests' Python has it. */
export function squares(count: number, modulus: number, scale: number): number[] {
  return Array.from({ length: count }, (_, index) => ((index * index) % modulus) / scale);
}

/** A sample of these values, each once. */
export function sampleOf(values: readonly number[]): Distribution {
  return distributionOf({ data: [values] });
}
