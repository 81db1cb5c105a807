import { expect, test } from "@jest/globals";
import { evaluate } from "../../pipeline/evaluation.ts";
import { renderReport } from "../../report/render.ts";
import { arbitraryPredictions, createManifest } from "../pipeline/predictions.ts";
import { createReport } from "./report-fixture.ts";

test("the report needs nothing from outside and runs no script", async () => {
  const page = await renderReport(createReport());
  expect(page).toMatch(/Content-Security-Policy"\s+content="default-src 'none'/);
  expect(page).not.toMatch(/<script|<link|@import|url\(/i);
  expect(page).not.toMatch(/(src|href|data)="(?!data:|#)/);
});

test("an open gate shows its line, the endpoint and every step", async () => {
  const report = createReport();
  const page = await renderReport(report);
  expect(page).toContain("The gate is open");
  expect(page).toContain("191/200 = 95.5% (91.7–97.6), needs 188: open");
  expect(page).toContain("deployed to endpoint scones-local");
  for (const { name, made } of report.run.steps) {
    expect(page).toContain(`<th scope="row">${name}</th>`);
    expect(page).toContain(made);
  }
  expect(page).toContain("Monitoring: no drift");
});

test("a closed gate says by how much, and that nothing was deployed", async () => {
  const page = await renderReport(createReport({}, 17));
  expect(page).toContain("The gate is closed");
  expect(page).toContain("needs 188: closed, 5 short");
  expect(page).toContain("Nothing was deployed.");
  expect(page).not.toContain("Monitoring");
});

test("drawn pictures are never passed off as photographs", async () => {
  const { run } = createReport();
  const words = "These are drawn pictures, not photographs.";
  expect(await renderReport(createReport())).not.toContain(words);
  const drawn = createReport({
    ...(run.dataset && {
      dataset: { ...run.dataset, source: "drawn", drawn: true, insteadOf: "there is no network" },
    }),
  });
  const page = await renderReport(drawn);
  expect(page).toContain(words);
  expect(page).toContain("They stand in, because there is no network");
});

test("every wrong picture is shown with its probabilities, and said in words", async () => {
  const report = createReport();
  const page = await renderReport(report);
  expect(page.match(/<img [^>]*alt="[^"]+: a \w+ taken for a \w+"/g)).toHaveLength(9);
  expect(page.match(/<img /g)).toHaveLength(9);
  expect(page.match(/src="data:image\/png;base64,/g)).toHaveLength(9);
});

test("every chart has its words", async () => {
  const page = await renderReport(createReport());
  const charts = page.match(/<svg /g)?.length ?? 0;
  expect(charts).toBe(3);
  expect(page.match(/class="chart" role="img" aria-label="[^"]{20,}"/g)).toHaveLength(charts);
  expect(page).toContain("157 of 200 (78.5%) reach the threshold of 93%; 157 of those (100.0%)");
});

test("a run that failed before the evaluation shows its error, escaped, and what stands", async () => {
  const { run } = createReport();
  const page = await renderReport({
    predictions: [],
    wrongPictures: [],
    threshold: 0.93,
    run: {
      schemaVersion: 1,
      startedAt: run.startedAt,
      seconds: 12,
      exitCode: 1,
      error: "Training job x ended Failed: <b>no</b>",
      steps: run.steps.slice(0, 1),
      leftovers: ["endpoint scones-local"],
      versions: run.versions,
      seeds: run.seeds,
    },
  });
  expect(page).toContain("The run failed");
  expect(page).toContain("Training job x ended Failed: &lt;b&gt;no&lt;/b&gt;");
  expect(page).toContain("<li>endpoint scones-local</li>");
});

test("three classes have three rows, and no chart says NaN", async () => {
  const predictions = arbitraryPredictions();
  const classes = ["bicycle", "motorcycle", "scooter"];
  const pictures = predictions.map(({ key, label }) => ({ key, label }));
  const manifest = { ...createManifest(30), classes, test: pictures };
  const evaluation = evaluate(predictions, { trainingJobName: "job", manifest });
  const { run } = createReport();
  const page = await renderReport({
    predictions,
    wrongPictures: [],
    threshold: 0.93,
    run: { ...run, evaluation, ...(run.dataset && { dataset: { ...run.dataset, classes } }) },
  });
  expect(page.match(/<td\s+class="cell/g)).toHaveLength(9);
  expect(page).toContain("16 wrong pictures");
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
});

test("ten thousand test pictures leave the report under a megabyte", async () => {
  const { predictions, ...rest } = createReport();
  const many = Array.from({ length: 50 }, () => predictions).flat();
  const page = await renderReport({ ...rest, predictions: many });
  expect(page.length).toBeLessThan(1_000_000);
});
