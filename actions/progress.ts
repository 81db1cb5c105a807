import type { Progress } from "../pipeline/context.ts";

/** A log can't move: of one count, so many lines at most. */
const STEPS = 10;

/** Shows a step's progress in the log of a GitHub Actions job. */
export class ActionsProgress implements Progress {
  readonly #say: (text: string) => void;
  #unit = "";
  #share = -1;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  line(text: string): void {
    this.#unit = "";
    this.#say(text);
  }

  count(done: number, total: number, unit: string, note = ""): void {
    const share = Math.floor((STEPS * done) / Math.max(total, 1));
    if (unit === this.#unit && share <= this.#share) return;
    this.#unit = unit;
    this.#share = share;
    const behind = note === "" ? "" : `  ${note}`;
    this.#say(`${done.toLocaleString("en")} of ${total.toLocaleString("en")} ${unit}${behind}`);
  }
}
