import { chart, shares } from "../chart.ts";
import type { EvaluationDocument } from "./evaluation-document.ts";
import { duration, percent } from "../format.ts";
import { html, type Html } from "../html.ts";
import { type ObservedEpoch, observedEpochs } from "./observed-epochs.ts";

/** How the training went: its curve where it was watched, its last values and its time. */
export async function trainingSection({ training }: EvaluationDocument): Promise<Html> {
  const { history = [], metrics = {}, trainingSeconds, billableSeconds } = training;
  const epochs = observedEpochs(history);
  const measured = Object.entries(metrics).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return html`<section>
    <h2>How it was trained</h2>
    <div class="beside">
      ${
        epochs.length >= 2
          ? html`<div>${await curve(epochs)}</div>`
          : html`<p class="soft">No curve: nobody watched this training while it ran.</p>`
      }
      <dl class="figures">
        ${measured.map(([name, value]) => figure(name, value.toFixed(4)))}
        ${trainingSeconds !== undefined && figure("time of the training", duration(trainingSeconds))}
        ${billableSeconds !== undefined && figure("time billed", duration(billableSeconds))}
      </dl>
    </div>
  </section>`;
}

function figure(name: string, value: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

async function curve(epochs: readonly ObservedEpoch[]): Promise<Html> {
  const values = epochs.flatMap(({ validation, train }, index) => [
    { epoch: index + 1, kind: "validation", accuracy: validation },
    ...(train === undefined ? [] : [{ epoch: index + 1, kind: "train", accuracy: train }]),
  ]);
  const least = Math.floor(Math.min(...values.map(({ accuracy }) => accuracy)) * 20 - 0.5) / 20;
  const x = {
    field: "epoch",
    type: "quantitative" as const,
    scale: { domain: [1, epochs.length], nice: false },
    axis: { title: "observed epoch", tickMinStep: 1, format: "d", grid: false },
  };
  const kinds = {
    field: "kind",
    type: "nominal" as const,
    legend: null,
  };
  const domain = ["validation", "train"];
  const encoding = {
    x,
    y: shares("accuracy", "accuracy", Math.max(0, least)),
    color: { ...kinds, scale: { domain, range: ["var(--right)", "var(--wrong)"] } },
  };
  const last = epochs.at(-1);
  const drawn = await chart(
    {
      width: 370,
      height: 200,
      data: { values },
      layer: [
        { mark: { type: "line", strokeWidth: 2 }, encoding },
        {
          mark: { type: "point", filled: true, size: 45, opacity: 1 },
          encoding: {
            ...encoding,
            shape: { ...kinds, scale: { domain, range: ["circle", "square"] } },
          },
        },
      ],
    },
    `Accuracy over ${epochs.length} observed epochs, validation to ${percent(last?.validation ?? 0)}.`,
  );
  return html`${drawn}
    <p class="legend">
      <span class="right">● validation</span>
      ${last?.train !== undefined && html`<span class="wrong">■ train</span>`}
    </p>`;
}
