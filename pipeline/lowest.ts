/** At most so many things of a stream, those of the lowest rank; of equal ones the first. */
export class Lowest<T> {
  readonly #size: number;
  #kept: { readonly rank: number; readonly item: T }[] = [];
  #highest = Infinity;

  constructor(size: number) {
    this.#size = size;
  }

  /** Whether a thing of this rank belongs to them so far: what is asked before it is made. */
  takes(rank: number): boolean {
    return rank < this.#highest;
  }

  /** Keeps a thing, where it belongs to them so far. */
  offer(rank: number, item: T): void {
    if (!this.takes(rank)) return;
    this.#kept.push({ rank, item });
    if (this.#kept.length >= 2 * this.#size) this.#cut();
  }

  /** Those that are kept, the lowest rank first. */
  items(): T[] {
    this.#cut();
    return this.#kept.map(({ item }) => item);
  }

  #cut(): void {
    this.#kept.sort((a, b) => a.rank - b.rank);
    if (this.#kept.length < this.#size) return;
    this.#kept.length = this.#size;
    this.#highest = this.#kept.at(-1)?.rank ?? Infinity;
  }
}
