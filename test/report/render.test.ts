import { expect, test } from "@jest/globals";
import { evaluate } from "../../pipeline/evaluation.ts";
import { unproven } from "../../pipeline/gate-decision.ts";
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

test("what hyperparameter tuning tried is a table, and absent where there was none", async () => {
  const trial = {
    trainingJobName: "scones-local-1-001-ab",
    status: "Completed",
    hyperparameters: { momentum: "0.912345" },
    objective: 0.9625,
    seconds: 250,
  };
  const tuning = { tuningJobName: "scones-local-1", strategy: "Random", trials: [trial] };
  const page = await renderReport(createReport({ tuning }));
  expect(page).toMatch(/<h2>Hyperparameter tuning<\/h2>[^]*>0\.9123<[^]*>0\.9625<[^]*>Completed</);
  expect(await renderReport(createReport())).not.toContain("Hyperparameter tuning");
});

test("strangers have a figure and a sentence, and none where the model knows vehicles only", async () => {
  const plain = createReport();
  const { evaluation, verification } = plain.run;
  if (evaluation === undefined || verification === undefined) throw new Error("no open gate");
  const interval = [0.01, 0.06] as const;
  const strangers = { total: 100, passed: 2, share: 0.02, interval, threshold: 0.8 };
  const page = await renderReport(
    createReport({
      evaluation: { ...evaluation, strangers },
      verification: { ...verification, strangers: 3 },
    }),
  );
  expect(page).toMatch(/pass at 95% of the vehicles kept<\/dt>\s*<dd>2 of 100<\/dd>/);
  expect(page).toMatch(/, 3 of anything else in\s+<code>NOT_A_KNOWN_VEHICLE<\/code>/);
  expect(await renderReport(plain)).not.toMatch(/anything else|NOT_A_KNOWN_VEHICLE/);
});

test("a closed gate says by how much, and that nothing was deployed", async () => {
  const page = await renderReport(createReport({}, 17));
  expect(page).toContain("The gate is closed");
  expect(page).toContain("needs 188: closed, 5 short");
  expect(page).toContain("Nothing was deployed.");
  expect(page).not.toContain("Monitoring");
});

test("a model beside the one that serves has its four counts, the chance, and whose pictures they are", async () => {
  const page = await renderReport(
    createReport({}, 9, {
      champion: "scones-local-0",
      championCorrect: 189,
      reevaluated: false,
      bothRight: 187,
      bothWrong: 7,
      gained: ["test/a.png", "test/b.png", "test/c.png", "test/d.png"],
      lost: ["test/<e>.png", "test/f.png"],
      pValue: 0.6875,
    }),
  );
  expect(page).toContain("scones-local-0, which serves, has 189/200 right: 4 gained, 2 lost");
  expect(page).toMatch(/p = 0\.688 \(McNemar's exact test, two-sided\)/);
  for (const cell of ["187", "<strong>4</strong> gained", "<strong>2</strong> lost", "7"]) {
    expect(page).toContain(`<td class="number">${cell}</td>`);
  }
  expect(page).toContain("<li><code>test/&lt;e&gt;.png</code></li>");
  expect(await renderReport(createReport())).not.toContain("Beside the model that serves");
});

test("a gate that nothing was proven to shows why, and no scale", async () => {
  const { run } = createReport();
  const gate = unproven("model.tar.gz was altered.");
  const page = await renderReport({ ...createReport(), run: { ...run, gate, exitCode: 3 } });
  expect(page).toContain("The gate is closed");
  expect(page).toContain("closed, nothing is proven: model.tar.gz was altered.");
  expect(page).not.toContain('class="scale"');
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
