/** Runs jobs in the order they came, at most `width` at once. */
export class Queue {
  readonly #width: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Waits for a free place, then runs `job`. A job aborted while it waits still gets its turn, soon. */
  async run<T>(signal: AbortSignal, job: () => Promise<T>): Promise<T> {
    const waited = await this.#place(signal);
    try {
      return await job();
    } finally {
      if (waited) this.#release();
    }
  }

  /** Takes a place and answers true; false when `signal` came first. */
  async #place(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#running < this.#width) {
      this.#running++;
      return true;
    }
    const turn = Promise.withResolvers<boolean>();
    const take = () => {
      this.#running++;
      turn.resolve(true);
    };
    const leave = () => {
      const index = this.#waiting.indexOf(take);
      if (index !== -1) this.#waiting.splice(index, 1);
      turn.resolve(false);
    };
    this.#waiting.push(take);
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await turn.promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  #release(): void {
    this.#running--;
    this.#waiting.shift()?.();
  }
}
