import { styleText } from "node:util";
import type { Progress } from "../pipeline/context.ts";

/** Where the run writes: a terminal, or anything else that takes lines. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A moving line is drawn at most this often. */
const REDRAW_MS = 50;
/** At most so many lines of one moving count where nothing can move. */
const PLAIN_STEPS = 5;

/**
 * Shows the run as it goes: facts as lines, counts as one moving line; plain lines, a few per
 * count, where the output is no terminal or `NO_COLOR` is set.
 */
export class Display implements Progress {
  readonly #output: Output;
  readonly #moves: boolean;
  #moving = "";
  #drawnAt = -REDRAW_MS;
  #lastShare = -1;
  #lastUnit = "";

  constructor(output: Output, environment: NodeJS.ProcessEnv = process.env) {
    this.#output = output;
    this.#moves = output.isTTY === true && !environment["NO_COLOR"];
  }

  /** A step begins. */
  heading(text: string): void {
    this.#print(`\n${this.bold(text)}\n`);
  }

  /** A line that stands at the margin. */
  say(text = ""): void {
    this.#print(`${text}\n`);
  }

  line(text: string): void {
    this.#lastUnit = "";
    this.#print(`  ${text}\n`);
  }

  count(done: number, total: number, unit: string, note = ""): void {
    const text = `  ${done.toLocaleString("en")} of ${total.toLocaleString("en")} ${unit}${note && `  ${note}`}`;
    if (this.#moves) {
      const now = performance.now();
      if (done < total && now - this.#drawnAt < REDRAW_MS) return;
      this.#drawnAt = now;
      this.#clear();
      this.#moving = text.slice(0, (this.#output.columns || 80) - 1);
      this.#output.write(this.#moving);
      return;
    }
    const share = Math.floor((PLAIN_STEPS * done) / Math.max(total, 1));
    if (unit === this.#lastUnit && share <= this.#lastShare) return;
    this.#lastUnit = unit;
    this.#lastShare = share;
    this.#output.write(`${text}\n`);
  }

  bold(text: string): string {
    return this.#style("bold", text);
  }

  good(text: string): string {
    return this.#style("green", text);
  }

  bad(text: string): string {
    return this.#style("red", text);
  }

  #style(format: "bold" | "green" | "red", text: string): string {
    return this.#moves ? styleText(format, text, { validateStream: false }) : text;
  }

  #print(text: string): void {
    this.#clear();
    this.#output.write(text);
  }

  #clear(): void {
    if (this.#moving !== "") this.#output.write("\r\u001B[2K");
    this.#moving = "";
  }
}
