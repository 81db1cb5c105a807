import { random } from "../pipeline/dataset/random.ts";

/** One visitor's picture. */
export interface Arrival {
  /** Milliseconds after the start. */
  readonly atMs: number;
  readonly drifted: boolean;
  /** In [0, 1): which of the pictures it is. */
  readonly pick: number;
}

export interface Load {
  /** Mean arrivals a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Share of drifted pictures, from 0 to 1. */
  readonly drift: number;
  readonly seed: number;
}

/**
 * Visitors who come independently of each other and of the answers, so that the gaps between them are
 * exponentially distributed (a Poisson process); the same for the same seed.
 */
export function arrivals({ rate, seconds, drift, seed }: Load): Arrival[] {
  const next = random(seed);
  const found: Arrival[] = [];
  for (let atMs = 0; ;) {
    atMs += (-Math.log(1 - next()) / rate) * 1000;
    if (atMs >= seconds * 1000) return found;
    found.push({ atMs, drifted: next() < drift, pick: next() });
  }
}
