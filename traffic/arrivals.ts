import { random } from "../pipeline/dataset/random.ts";

/** Pictures as they are, the same at night, in fog or blurred, and pictures of anything else. */
export const kinds = ["clear", "drifted", "stranger"] as const;
export type Kind = (typeof kinds)[number];

/** One visitor's picture. */
export interface Arrival {
  /** Milliseconds after the start. */
  readonly atMs: number;
  readonly kind: Kind;
  /** In [0, 1): which of the pictures of its kind it is. */
  readonly pick: number;
}

export interface Load {
  /** Mean arrivals a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Share of drifted pictures, from 0 to 1. */
  readonly drift: number;
  /** Share of pictures of anything else, which the drifted ones leave room for. */
  readonly strangers: number;
  readonly seed: number;
}

/**
 * Visitors who come independently of each other and of the answers, so that the gaps between them are
 * exponentially distributed (a Poisson process); the same for the same seed.
 */
export function arrivals({ rate, seconds, drift, strangers, seed }: Load): Arrival[] {
  const next = random(seed);
  const found: Arrival[] = [];
  for (let atMs = 0; ;) {
    atMs += (-Math.log(1 - next()) / rate) * 1000;
    if (atMs >= seconds * 1000) return found;
    const lot = next();
    const kind = lot < drift ? "drifted" : lot >= 1 - strangers ? "stranger" : "clear";
    found.push({ atMs, kind, pick: next() });
  }
}
