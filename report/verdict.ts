import { duration, percent } from "./format.ts";
import { html, type Html } from "./html.ts";
import type { RunDocument } from "./run-document.ts";

/** The first thing to see: whether the gate is open, by how much, and what was done then. */
export function verdict(run: RunDocument): Html {
  const { gate } = run;
  const ended = run.exitCode === 0 || run.exitCode === 3;
  const state = !ended ? "failed" : gate?.approved === true ? "open" : "closed";
  const words = {
    open: "The gate is open",
    closed: "The gate is closed",
    failed: "The run failed",
  };
  return html`<section class="verdict ${state}" aria-labelledby="verdict">
    <p class="mark" aria-hidden="true">${state === "open" ? "✓" : "✕"}</p>
    <div>
      <h2 id="verdict">${words[state]}</h2>
      ${gate !== undefined && html`<p class="line">${gate.line}</p>`}
      ${gate?.championLine !== undefined && html`<p class="soft">${gate.championLine}</p>`}
      ${run.error !== undefined && html`<pre class="error">${run.error}</pre>`}
      <p class="soft">${consequence(run)}</p>
    </div>
    ${scale(run)}
  </section>`;
}

function consequence({ deployment, leftovers, seconds, exitCode }: RunDocument): string {
  const deployed =
    deployment === undefined
      ? "Nothing was deployed."
      : `The model was deployed to endpoint ${deployment.endpointName}.`;
  const ended = exitCode === 0 || exitCode === 3;
  const left =
    leftovers.length > 0
      ? `Still standing: ${leftovers.length}, listed below.`
      : ended
        ? "Nothing was left behind."
        : "";
  return `${deployed} ${left} The run took ${duration(seconds)}.`;
}

/** The accuracy with its interval against what the gate needs, on a line from `low` to 100%. */
function scale({ evaluation, gate }: RunDocument): Html | undefined {
  // Where nothing is proven, no number is needed.
  if (evaluation === undefined || gate === undefined || gate.required === 0) return undefined;
  const needed = gate.required / evaluation.total;
  const [low, high] = evaluation.interval;
  const start = Math.max(0, Math.floor(Math.min(low, needed) * 20 - 0.5) / 20);
  const at = (share: number) => `${(((share - start) / (1 - start)) * 100).toFixed(2)}%`;
  const width = `${(((high - low) / (1 - start)) * 100).toFixed(2)}%`;
  const words = `Accuracy ${percent(evaluation.accuracy)}, 95% interval ${percent(low)} to ${percent(high)}, gate at ${percent(needed)}`;
  return html`<div class="scale" role="img" aria-label="${words}">
    <span class="interval" style="left:${at(low)};width:${width}"></span>
    <span class="point" style="left:${at(evaluation.accuracy)}"></span>
    <span class="gate" style="left:${at(needed)}"><b>gate ${percent(needed, 0)}</b></span>
    <span class="end low">${percent(start, 0)}</span><span class="end high">100%</span>
  </div>`;
}
