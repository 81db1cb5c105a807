import { expect, test } from "@jest/globals";
import { evaluate, type Evaluation } from "../../../pipeline/evaluation/evaluation.ts";
import { renderEvaluation } from "../../../report/evaluation/render-evaluation.ts";
import type { EvaluationDocument } from "../../../report/evaluation/evaluation-document.ts";
import { arbitraryPredictions, createManifest } from "../../pipeline/evaluation/predictions.ts";
import { createEvaluationDocument } from "../report-fixture.ts";

const render = (overrides: Partial<EvaluationDocument> = {}, wrong = 9) =>
  renderEvaluation({ ...createEvaluationDocument(wrong), ...overrides });

test("an evaluation needs nothing from outside and runs no script", async () => {
  const page = await render();
  expect(page).toMatch(/Content-Security-Policy"\s+content="default-src 'none'/);
  expect(page).not.toMatch(/<script|<link|@import|url\(/i);
  expect(page).not.toMatch(/(src|href|data)="(?!data:|#)/);
});

test("it says what the gate is to decide, and where the model comes from", async () => {
  expect(await render()).toMatch(/Good enough for the gate[^]*191\/200 = 95\.5%[^]*: open/);
  const closed = await render({}, 17);
  expect(closed).toMatch(/Not good enough for the gate[^]*closed, 5 short/);
  expect(closed).toMatch(/<dt>commit<\/dt>\s*<dd>0a1b2c<\/dd>/);
});

test("every wrong picture is shown with its probabilities, and said in words", async () => {
  const page = await render();
  expect(page.match(/<img\s[^>]*alt="[^"]+: a \w+ taken for a \w+"/g)).toHaveLength(9);
  expect(page.match(/<img\s/g)).toHaveLength(9);
  expect(page.match(/src="data:image\/png;base64,/g)).toHaveLength(9);
});

test("every chart has its words", async () => {
  const page = await render();
  const charts = page.match(/<svg /g)?.length ?? 0;
  expect(charts).toBe(4);
  expect(page.match(/class="chart" role="img" aria-label="[^"]{20,}"/g)).toHaveLength(charts);
  expect(page).toContain("157 of 200 (78.5%) reach the threshold of 93%; 157 of those (100.0%)");
});

test("a training that nobody watched has no curve, and says so", async () => {
  const page = await render({ training: { metrics: { "validation:accuracy": 0.95 } } });
  expect(page).toContain("No curve: nobody watched this training while it ran.");
  expect(page).toMatch(/<dt>validation:accuracy<\/dt>\s*<dd>0\.9500<\/dd>/);
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
  const page = await render({ training: { tuning } });
  expect(page).toMatch(/<h2>Hyperparameter tuning<\/h2>[^]*>0\.9123<[^]*>0\.9625<[^]*>Completed</);
  expect(await render()).not.toContain("Hyperparameter tuning");
});

test("strangers have a figure, and those taken for a vehicle are shown", async () => {
  const { evaluation, wrongPictures } = createEvaluationDocument(9);
  const interval = [0.01, 0.06] as const;
  const strangers = { total: 100, passed: 2, share: 0.02, interval, threshold: 0.8 };
  const page = await render({
    evaluation: { ...evaluation, strangers: { ...strangers, predictions: [] } },
    strangers: wrongPictures.slice(0, 2),
  });
  expect(page).toMatch(/pass at 95% of the vehicles kept<\/dt>\s*<dd>2 of 100<\/dd>/);
  expect(page).toContain("Strangers taken for a vehicle");
  expect(await render()).not.toMatch(/anything else|Strangers/);
});

const measured = (evaluation: Evaluation) => render({ evaluation, wrongPictures: [] });

test("three classes have three rows, and no chart says NaN", async () => {
  const predictions = arbitraryPredictions();
  const classes = ["bicycle", "motorcycle", "<b>scooter</b>"];
  const pictures = predictions.map(({ key, label }) => ({ key, label }));
  const manifest = { ...createManifest(30), classes, test: pictures };
  const page = await measured(evaluate(predictions, { trainingJobName: "job", manifest }));
  expect(page.match(/<td\s+class="cell/g)).toHaveLength(9);
  expect(page).toContain("16 wrong pictures");
  expect(page).toContain("&lt;b&gt;scooter&lt;/b&gt;");
  expect(page).not.toMatch(/NaN|undefined|Infinity|<b>scooter/);
});

test("pictures of one class alone leave no chart with NaN", async () => {
  const { evaluation } = createEvaluationDocument(9);
  const predictions = evaluation.predictions.filter(({ label }) => label === 0);
  const pictures = predictions.map(({ key, label }) => ({ key, label }));
  const manifest = { ...createManifest(100), test: pictures };
  const page = await measured(evaluate(predictions, { trainingJobName: "job", manifest }));
  expect(page).not.toMatch(/NaN|undefined|Infinity/);
});

test("ten thousand test pictures leave the report under a megabyte", async () => {
  const { evaluation } = createEvaluationDocument(9);
  const predictions = Array.from({ length: 50 }, () => evaluation.predictions).flat();
  const page = await measured({ ...evaluation, predictions });
  expect(page.length).toBeLessThan(1_000_000);
});
