import type { Evaluation } from "../../pipeline/evaluation/evaluation.ts";
import { percent } from "../format.ts";
import { html, type Html } from "../html.ts";

/** The accuracy with its interval against what the gate needs, on a line from `low` to 100%. */
export function gateScale(
  { accuracy, interval: [low, high], total }: Pick<Evaluation, "accuracy" | "interval" | "total">,
  { required }: { readonly required: number },
): Html | undefined {
  // Where nothing is proven, no number is needed.
  if (required === 0) return undefined;
  const needed = required / total;
  const start = Math.max(0, Math.floor(Math.min(low, needed) * 20 - 0.5) / 20);
  const at = (share: number) => `${(((share - start) / (1 - start)) * 100).toFixed(2)}%`;
  const width = `${(((high - low) / (1 - start)) * 100).toFixed(2)}%`;
  const words = `Accuracy ${percent(accuracy)}, 95% interval ${percent(low)} to ${percent(high)}, gate at ${percent(needed)}`;
  return html`<div class="scale" role="img" aria-label="${words}">
    <span class="interval" style="left:${at(low)};width:${width}"></span>
    <span class="point" style="left:${at(accuracy)}"></span>
    <span class="gate" style="left:${at(needed)}"><b>gate ${percent(needed, 0)}</b></span>
    <span class="end low">${percent(start, 0)}</span><span class="end high">100%</span>
  </div>`;
}
