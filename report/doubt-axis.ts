/** Nearer to certainty than this all look the same. */
const LEAST_DOUBT = 1e-5;

const TICKS = [0.5, 0.1, 0.01, 0.001, 0.0001];

/**
 * A channel of the doubt, 1 - confidence, on a logarithmic axis that reads as confidence: most answers
 * lie between 99% and 100%.
 */
export function doubtChannel(field: string, least: number, most: number, title: string | null) {
  return {
    field,
    type: "quantitative" as const,
    scale: {
      type: "log" as const,
      reverse: true,
      domain: [least, most],
      nice: false,
      clamp: true,
    },
    axis: {
      title,
      values: TICKS.filter((tick) => tick >= least && tick <= most * 1.0001),
      grid: true,
      labelExpr:
        "format(1 - datum.value, datum.value > 0.009 ? '.0%' : datum.value > 0.0009 ? '.1%' : '.2%')",
    },
  };
}

/** The doubt of a confidence, as the axis shows it. */
export function doubtOf(confidence: number): number {
  return Math.max(LEAST_DOUBT, 1 - confidence);
}
