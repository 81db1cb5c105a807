import * as yaml from "yaml";
import { messageOf, UsageError } from "../pipeline/errors.ts";

/**
 * One input of an action: how its text becomes a value. `fallback` is the text that action.yml gives
 * as the default; `path` is the field of pipeline.yaml that the input overrides.
 */
export interface Input<T> {
  readonly required: boolean;
  readonly fallback?: string;
  readonly path?: readonly string[];
  /** Of a text that is not empty. @throws Error saying what is expected */
  readonly parse: (text: string) => T;
}

export type Inputs = Readonly<Record<string, Input<unknown>>>;

/** The values of inputs, by their names in camel case; undefined where an optional one is empty. */
export type Values<I extends Inputs> = {
  readonly [Name in keyof I]: I[Name] extends Input<infer T> ? T : never;
};

/** An input that must be given. */
export function required(): Input<string> {
  return { required: true, parse: (text) => text };
}

/** An input that may be empty. */
export function optional<T>(parse: (text: string) => T): Input<T | undefined> {
  return { required: false, parse };
}

/** An input with a default of its own. */
export function withDefault<T>(fallback: string, parse: (text: string) => T): Input<T> {
  return { required: false, fallback, parse };
}

/** An input that, unless empty, wins over a field of pipeline.yaml; the schema there checks it. */
export function override(
  field: string,
  parse: (text: string) => unknown = (text) => text,
): Input<unknown> {
  return { required: false, path: field.split("."), parse };
}

export const text = (value: string): string => value;

/** `true` or `false`, as in YAML. */
export function flag(value: string): boolean {
  if (/^(true|True|TRUE)$/.test(value)) return true;
  if (/^(false|False|FALSE)$/.test(value)) return false;
  throw new Error("expected true or false");
}

/** One of these words. */
export function oneOf<const Word extends string>(
  ...words: readonly Word[]
): (value: string) => Word {
  return (value) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw new Error(`expected ${words.join(", ")}`);
    return found;
  };
}

/** A number above 0. */
export function positive(value: string): number {
  const number = Number(value);
  if (!(Number.isFinite(number) && number > 0)) throw new Error("expected a number above 0");
  return number;
}

/** A whole number above 0. */
export function count(value: string): number {
  const number = positive(value);
  if (!Number.isInteger(number)) throw new Error("expected a whole number above 0");
  return number;
}

/** Hours above 0, at most a year's. */
export function hours(value: string): number {
  const number = positive(value);
  if (number > 8760) throw new Error("expected at most 8760 hours, a year");
  return number;
}

/** Hours above 0, at most a year's, or `unchanged`: as it was said before. */
export function lifetime(value: string): number | "unchanged" {
  return value === "unchanged" ? value : hours(value);
}

/** A time as ISO 8601 has it; `Date` alone would take 5 for a day in 2001. */
export function date(value: string): Date {
  const time = new Date(value);
  if (!/^\d{4}-\d\d-\d\d/.test(value) || Number.isNaN(time.getTime())) {
    throw new Error("expected a time such as 2026-01-31T12:00:00Z");
  }
  return time;
}

/** Entries on lines of their own, or between commas. */
export function list(value: string): string[] {
  return value
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** A map in YAML or JSON, such as `{ epochs: 20 }`. */
export function map(value: string): unknown {
  const found: unknown = yaml.parse(value, { prettyErrors: false });
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw new Error("expected a map such as { epochs: 20 }");
  }
  return found;
}

/** `trainingJobName` as GitHub writes it: `training-job-name`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Reads an action's inputs by `get`, which answers the text of an input, empty where it is not given.
 * @throws UsageError naming every input that is missing or wrong.
 */
export function readInputs<I extends Inputs>(inputs: I, get: (name: string) => string): Values<I> {
  const complaints: string[] = [];
  const values = Object.entries(inputs).map(([name, input]) => {
    const given = get(kebab(name)).trim() || (input.fallback ?? "");
    if (given === "") {
      if (input.required) complaints.push(`Input ${kebab(name)} is required and was not given.`);
      return [name, undefined];
    }
    try {
      return [name, input.parse(given)];
    } catch (error) {
      const reason = messageOf(error);
      complaints.push(`Input ${kebab(name)}: "${given}": ${reason}.`);
      return [name, undefined];
    }
  });
  if (complaints.length > 0) throw new UsageError(complaints.join("\n"));
  return Object.fromEntries(values) as Values<I>;
}
