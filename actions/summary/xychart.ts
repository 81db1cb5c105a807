/** Legible on GitHub's white and on its black; told apart by the colour-blind. */
const COLOURS = { blue: "#3b82f6", orange: "#ea7317", grey: "#8b949e" } as const;

export interface ChartLine {
  readonly colour: keyof typeof COLOURS;
  /** One for each place on the x axis, 0 to 1. */
  readonly values: readonly number[];
}

interface Axes {
  readonly x: string;
  readonly y: string;
  /** Where the y axis begins; it ends with 1. */
  readonly from: number;
}

/**
 * Lines over numbered places, as a chart that GitHub draws: Mermaid's XY chart,
 * https://mermaid.js.org/syntax/xyChart.html.
 */
export function xychart({ x, y, from }: Axes, lines: readonly ChartLine[]): string {
  const places = lines[0]?.values.length ?? 0;
  return [
    "```mermaid",
    "---",
    "config:",
    "  themeVariables:",
    "    xyChart:",
    `      plotColorPalette: "${lines.map(({ colour }) => COLOURS[colour]).join(", ")}"`,
    "---",
    "xychart-beta",
    `  x-axis "${x}" ${axis(places)}`,
    `  y-axis "${y}" ${from.toFixed(2)} --> 1`,
    ...lines.map(({ values }) => `  line [${values.map((each) => each.toFixed(4)).join(", ")}]`),
    "```",
  ].join("\n");
}

/** Each number where they fit beside each other: of a short range Mermaid would show halves. */
function axis(places: number): string {
  if (places > 20) return `1 --> ${places}`;
  return `[${Array.from({ length: places }, (_, index) => index + 1).join(", ")}]`;
}
