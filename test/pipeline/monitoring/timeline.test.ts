import { expect, test } from "@jest/globals";
import { random } from "../../../pipeline/dataset/random.ts";
import { sum } from "../../../pipeline/evaluation/metrics.ts";
import { TimelineBuilder } from "../../../pipeline/monitoring/timeline.ts";
import { percentile } from "../../../pipeline/application/percentile.ts";

const START = Date.UTC(2026, 0, 2);

interface Given {
  readonly label: number;
  readonly confidence: number;
  readonly time: number;
}

function timelineOf(answers: readonly Given[]) {
  const builder = new TimelineBuilder(2, 0.93);
  for (const { label, confidence, time } of answers) builder.add(label, confidence, time);
  return builder.timeline();
}

/** Answers evenly over some seconds. */
function answersOver(seconds: number, count: number): Given[] {
  const next = random(3);
  return Array.from({ length: count }, (_, at) => ({
    label: next() < 0.3 ? 0 : 1,
    confidence: 1 - 0.5 * 10 ** (-4 * next()),
    time: START + (1000 * seconds * at) / count,
  }));
}

test("a timeline counts every answer once, whatever the period", () => {
  for (const seconds of [5, 3600, 86_400, 40 * 86_400, 900 * 86_400]) {
    const answers = answersOver(seconds, 5000);
    const { moments } = timelineOf(answers);
    expect(moments.length).toBeLessThanOrEqual(96);
    expect(sum(moments.map(({ records }) => records))).toBe(5000);
    expect(sum(moments.map(({ low }) => low))).toBe(
      answers.filter(({ confidence }) => confidence < 0.93).length,
    );
    expect(sum(moments.map(({ classes }) => classes[0] ?? 0))).toBe(
      answers.filter(({ label }) => label === 0).length,
    );
  }
});

test("a timeline is the same in whatever order the answers come", () => {
  const answers = answersOver(86_400, 3000);
  const shuffled = answers.toSorted((a, b) => ((a.time * 7919) % 1009) - ((b.time * 7919) % 1009));
  expect(timelineOf(shuffled)).toEqual(timelineOf(answers));
  expect(timelineOf(answers.toReversed())).toEqual(timelineOf(answers));
});

test("quantiles are off by at most 8% of the doubt", () => {
  const answers = answersOver(1, 2000);
  const { moments } = timelineOf(answers);
  const sorted = answers.map(({ confidence }) => confidence).toSorted((a, b) => a - b);
  expect(moments).toHaveLength(1);
  for (const [name, share] of [
    ["p5", 0.05],
    ["p25", 0.25],
    ["p50", 0.5],
    ["p75", 0.75],
    ["p95", 0.95],
  ] as const) {
    const exact = 1 - percentile(sorted, share);
    const ratio = (1 - (moments[0]?.[name] ?? 0)) / exact;
    expect(Math.abs(Math.log(ratio))).toBeLessThan(0.08);
  }
});

test("few answers over long make few moments, and none make none", () => {
  const { moments, seconds } = timelineOf(answersOver(86_400, 200));
  expect(moments.length).toBeLessThanOrEqual(12);
  expect(seconds).toBe(7200);
  expect(timelineOf([]).moments).toEqual([]);
});
