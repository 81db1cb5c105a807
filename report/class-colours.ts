/** As many colours as people tell apart; further classes share the last. */
const COLOURS = 7;

/** The colour of a class in every chart, a variable of the page. */
export function colourOf(label: number): string {
  return `var(--class-${Math.min(label, COLOURS - 1)})`;
}
