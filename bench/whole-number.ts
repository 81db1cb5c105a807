import { UsageError } from "../pipeline/errors.ts";

/** The whole number that an option says. @throws UsageError where it is none, or less than `least`. */
export function wholeNumber(option: string, text: string, least = 1): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${option}: "${text}" is no whole number of at least ${least}.`);
}
