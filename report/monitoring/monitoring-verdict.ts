import { baselineShares, shareOf } from "../../pipeline/monitoring/baseline-shares.ts";
import { driftedNames } from "../../pipeline/monitoring/drift.ts";
import { count, featureName, percent } from "../format.ts";
import { html, type Html } from "../html.ts";
import type { MonitoringDocument } from "./monitoring-document.ts";
import { time } from "./time.ts";
import { verdictCard } from "../verdict-card.ts";

const states = {
  "no drift": { tone: "open", mark: "✓", title: "No drift at the endpoint" },
  drift: { tone: "closed", mark: "▲", title: "Drift at the endpoint" },
  "insufficient data": { tone: "unsure", mark: "?", title: "Insufficient data from the endpoint" },
} as const;

/** The first thing to see: whether the endpoint drifts, in what, and since when. */
export function monitoringVerdict(document: MonitoringDocument): Html {
  const { verdict, features, driftedSince } = document;
  const drifted = driftedNames(features).map((name) => featureName({ name }));
  const { tone, mark, title } = states[verdict];
  return verdictCard(
    { tone, mark, title },
    html`${
        driftedSince !== undefined &&
        html`<p class="line">most likely since ${time(driftedSince)}</p>`
      }
      ${drifted.length > 0 && html`<p>In ${drifted.join(", ")}.</p>`}
      <p class="soft">${words(document)}</p>`,
    figures(document),
  );
}

function words({
  verdict,
  lacking,
  records,
  skipped,
  limits,
  baseline,
  features,
}: MonitoringDocument): string {
  const unread = skipped === 0 ? "" : ` ${count(skipped)} lines could not be read.`;
  if (verdict === "insufficient data" && lacking !== undefined) {
    const names = lacking.map((name) => featureName({ name })).join(", ");
    return `${count(records)} answers, but too few values of ${names} to say anything.${unread}`;
  }
  if (verdict === "insufficient data") {
    return `${count(records)} of the at least ${count(limits.minRecords)} answers that are needed to say anything.${unread}`;
  }
  const tests = `${features.length} tests, corrected together at ${limits.significance}`;
  return (
    `${count(records)} answers beside the ${count(baseline.records)} of the evaluation of ` +
    `${baseline.trainingJobName}: ${tests}.${unread}`
  );
}

function figures(document: MonitoringDocument): Html {
  const { records, pictures, shares, threshold, latency, statistics } = document;
  const before = baselineShares(statistics.baseline, document);
  return html`<dl class="figures">
    <div>
      <dt>answers</dt>
      <dd>${count(records)}</dd>
    </div>
    <div>
      <dt>pictures looked at</dt>
      <dd>${count(pictures)}</dd>
    </div>
    ${share(`below the threshold of ${percent(threshold, 0)}`, shares.lowConfidence, shareOf(before.lowConfidence))}
    ${share("unlike the test pictures", shares.unlike, shareOf(before.unlike))}
    ${share("taken for anything else", shares.strangers, shareOf(before.strangers))}
    ${
      latency !== undefined &&
      html`<div>
        <dt>the model's p99 latency</dt>
        <dd>${Math.round(latency.p99Ms)} ms <small>limit ${latency.limitMs} ms</small></dd>
      </div>`
    }
  </dl>`;
}

function share(title: string, now: number | undefined, was: number | undefined): Html | false {
  return (
    now !== undefined &&
    html`<div>
      <dt>${title}</dt>
      <dd>${percent(now)}${was !== undefined && html` <small>was ${percent(was)}</small>`}</dd>
    </div>`
  );
}
