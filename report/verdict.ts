import { duration } from "./format.ts";
import { gateScale } from "./evaluation/gate-scale.ts";
import { html, type Html } from "./html.ts";
import type { RunDocument } from "./run-document.ts";
import { verdictCard } from "./verdict-card.ts";

const states = {
  open: { mark: "✓", title: "The gate is open" },
  closed: { mark: "✕", title: "The gate is closed" },
  failed: { mark: "✕", title: "The run failed" },
} as const;

/** The first thing to see: whether the gate is open, by how much, and what was done then. */
export function verdict(run: RunDocument): Html {
  const { gate, evaluation } = run;
  const ended = run.exitCode === 0 || run.exitCode === 3;
  const tone = !ended ? "failed" : gate?.approved === true ? "open" : "closed";
  return verdictCard(
    { tone, ...states[tone] },
    html`${gate !== undefined && html`<p class="line">${gate.line}</p>`}
      ${gate?.championLine !== undefined && html`<p class="soft">${gate.championLine}</p>`}
      ${run.error !== undefined && html`<pre class="error">${run.error}</pre>`}
      <p class="soft">${consequence(run)}</p>`,
    evaluation && gate && gateScale(evaluation, gate),
  );
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
