import { expect, test } from "@jest/globals";
import { unproven } from "../../pipeline/evaluation/gate-decision.ts";
import { renderReport } from "../../report/render.ts";
import { createMonitoring } from "./monitoring-fixture.ts";
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
});

test("strangers that the verification refused have a sentence, and none where there were none", async () => {
  const plain = createReport();
  const { verification } = plain.run;
  if (verification === undefined) throw new Error("no open gate");
  const page = await renderReport(
    createReport({ verification: { ...verification, strangers: 3 } }),
  );
  expect(page).toMatch(/, 3 of anything else in\s+<code>NOT_A_KNOWN_VEHICLE<\/code>/);
  expect(await renderReport(plain)).not.toMatch(/NOT_A_KNOWN_VEHICLE/);
});

test("the run shows the evaluation and the window as their own reports do", async () => {
  const monitoring = await createMonitoring({ records: 60 });
  const { run, evaluation } = createReport();
  const page = await renderReport({ run, evaluation, monitoring });
  for (const title of ["What is taken for what", "No drift at the endpoint", "Then and now"]) {
    expect(page).toContain(`<h2>${title}</h2>`);
  }
});

test("a closed gate says by how much, and that nothing was deployed", async () => {
  const page = await renderReport(createReport({}, 17));
  expect(page).toContain("The gate is closed");
  expect(page).toContain("needs 188: closed, 5 short");
  expect(page).toContain("Nothing was deployed.");
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

test("a run that failed before the evaluation shows its error, escaped, and what stands", async () => {
  const { run } = createReport();
  const page = await renderReport({
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
