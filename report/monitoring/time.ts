import { html, type Html } from "../html.ts";

/** An ISO 8601 time as `2026-01-02 03:04:05 UTC`. */
export function readable(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** A time for people, and for machines. */
export function time(iso: string): Html {
  return html`<time datetime="${iso}">${readable(iso)}</time>`;
}

/** The same in two lines, where there is little room. */
export function timeInTwo(iso: string): Html {
  const [date, ...clock] = readable(iso).split(" ");
  return html`<time datetime="${iso}">${date}<br />${clock.join(" ")}</time>`;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** How an axis over so many milliseconds labels its times, which are UTC: a vega expression. */
export function timeLabel(span: number): string {
  const format =
    span < 5 * MINUTE
      ? "%H:%M:%S"
      : span < 1.5 * DAY
        ? "%H:%M"
        : span < 300 * DAY
          ? "%d %b"
          : "%b %Y";
  return `utcFormat(datum.value, '${format}')`;
}

/** A length as `10 min`. */
export function length(seconds: number): string {
  const units = [
    [604_800, "weeks"],
    [86_400, "days"],
    [3600, "h"],
    [60, "min"],
  ] as const;
  const [size, unit] = units.find(([least]) => seconds >= least) ?? [1, "s"];
  return `${Number((seconds / size).toFixed(1))} ${unit}`;
}
