import { random } from "../dataset/random.ts";

/** What Model Monitor's files call a KLL sketch; values of `data[i]` count 2^i times. */
export interface Sketch {
  parameters: { c: number; k: number };
  data: number[][];
}

/** As Model Monitor's analyzer has them. Up to k values the sketch is exact. */
const K = 2048;
const C = 0.64;

/**
 * A quantile sketch of a stream in constant memory, at most about 5,700 values: ranks are exact up to
 * 2,048 values and off by about 0.1% beyond. Full compactors keep every second of their sorted values
 * for twice the weight, which half is drawn by a fixed seed. Karnin, Lang and Liberty (2016), Optimal
 * Quantile Approximation in Streams, FOCS.
 */
export class Kll {
  readonly #levels: number[][] = [[]];
  readonly #next = random(1);

  add(value: number): void {
    this.#levels[0]?.push(value);
    if ((this.#levels[0]?.length ?? 0) > this.#capacity(0)) this.#compact();
  }

  sketch(): Sketch {
    return {
      parameters: { c: C, k: K },
      data: this.#levels.map((level) => level.toSorted((a, b) => a - b)),
    };
  }

  #capacity(level: number): number {
    return Math.max(2, Math.ceil(K * C ** (this.#levels.length - 1 - level)));
  }

  #compact(): void {
    for (let at = 0; at < this.#levels.length; at++) {
      const level = this.#levels[at] ?? [];
      if (level.length <= this.#capacity(at)) return;
      if (at + 1 === this.#levels.length) this.#levels.push([]);
      level.sort((a, b) => a - b);
      // An odd value out stays, so that the weights still add up to the values that came.
      const rest = level.length % 2 === 1 ? level.splice(-1) : [];
      const first = this.#next() < 0.5 ? 0 : 1;
      for (let from = first; from < level.length; from += 2) {
        this.#levels[at + 1]?.push(level[from] ?? 0);
      }
      this.#levels[at] = rest;
    }
  }
}
