import { parseConfig } from "../../pipeline/config.ts";
import { linesOf } from "../../pipeline/monitoring/capture.ts";
import { draw, render } from "../../pipeline/dataset/drawing.ts";
import { random } from "../../pipeline/dataset/random.ts";
import { inWeather } from "../../pipeline/dataset/weather.ts";
import { type Baseline, makeBaseline } from "../../pipeline/monitoring/baseline.ts";
import { pictureStatistics } from "../../pipeline/monitoring/picture-statistics.ts";
import { readCaptures } from "../../pipeline/monitoring/read-captures.ts";
import { windowDocument } from "../../pipeline/monitoring/window-document.ts";
import { Window } from "../../pipeline/monitoring/window.ts";
import type { MonitoringDocument } from "../../report/monitoring/monitoring-document.ts";
import { createCapture } from "../pipeline/monitoring/captures.ts";

const config = parseConfig("");
const START = Date.UTC(2026, 0, 2);
const DAY = 24 * 3_600_000;
const next = random(7);

/** What a good model answers: most are sure, few are not. */
function answer(label: number, doubt: number): number[] {
  return label === 0 ? [1 - doubt, doubt] : [doubt, 1 - doubt];
}

interface Traffic {
  readonly records: number;
  /** The share of the day after which it is night; 1 for never. */
  readonly nightFrom?: number;
  readonly pictures?: boolean;
}

const drawn = await Promise.all(
  Array.from({ length: 24 }, (_, seed) =>
    render(draw(seed % 2 === 0 ? "bicycle" : "motorcycle", seed)),
  ),
);
const dark = await Promise.all(drawn.map((picture) => inWeather(picture, "night")));

const baseline: Baseline = makeBaseline(
  {
    classes: config.dataset.classes,
    predictions: Array.from({ length: 200 }, (_, at) => ({
      key: `${at}`,
      label: at % 2,
      probabilities: answer(at % 2, 0.4 * 10 ** (-4 * next())),
    })),
  },
  await Promise.all(drawn.map((png) => pictureStatistics(png, { side: 8 }))),
);

/** A day's window of made-up traffic, read as the monitor reads it. */
export async function createMonitoring(
  { records, nightFrom = 1, pictures = true }: Traffic,
  overrides: Partial<MonitoringDocument> = {},
): Promise<MonitoringDocument> {
  const lines = Array.from({ length: records }, (_, at) => {
    const share = at / records;
    const isNight = share >= nightFrom;
    const label = next() < (isNight ? 0.75 : 0.5) ? 1 : 0;
    const doubt = 0.4 * 10 ** ((isNight ? -1.4 : -4) * next());
    const picture = (isNight ? dark : drawn)[at % drawn.length];
    return createCapture({
      eventId: `event-${at}`,
      inferenceTime: new Date(START + share * DAY).toISOString(),
      data: JSON.stringify(answer(label, doubt)),
      ...(pictures && picture !== undefined && { picture }),
    });
  });
  const window = new Window(baseline, { threshold: config.application.confidence });
  const chunks = (async function* () {
    yield Buffer.from(lines.join("\n"));
  })();
  const read = await readCaptures(linesOf(chunks), window, { classes: 2 });
  return {
    ...windowDocument(window, read, {
      endpointName: "scones-local",
      limits: config.monitoring,
      evaluation: {
        classes: config.dataset.classes,
        trainingJobName: "scones-local-1",
        datasetHash: "4cf1a9d2e07b",
      },
      baseline,
      since: new Date(START),
    }),
    madeAt: new Date(START + DAY + 17 * 60_000).toISOString(),
    latency: { p99Ms: 81.6, limitMs: 1000 },
    deployments: [
      {
        at: "2026-01-01T15:04:05.000Z",
        event: "endpoint last changed",
        name: "scones-local",
        detail: "InService; its creation and scaling count, too",
      },
      {
        at: "2026-01-01T14:58:00.000Z",
        event: "configured",
        name: "scones-local-77aa12bb01",
        detail: "scones-local-1",
      },
      {
        at: "2026-01-01T14:50:00.000Z",
        event: "model registered",
        name: "version 3",
        detail: "Approved: Training job scones-local-1, dataset 4cf1a9d2e07b",
      },
    ],
    ...overrides,
  };
}
