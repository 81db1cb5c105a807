import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { toMarkdown } from "../../.github/actions/evaluation-comment/markdown.ts";
import { closesGate, readRun, type Run } from "../../.github/actions/evaluation-comment/run.ts";
import { createOpenRun, createRun } from "./runs.ts";

/** A document as it is read back from its file. */
async function stored(document: unknown): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), "scones-run-"));
  try {
    await writeFile(join(folder, "run.json"), JSON.stringify(document));
    const run = await readRun(join(folder, "run.json"));
    if (run === undefined) throw new Error("It was written and is not there.");
    return run;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("the numbers stand beside main's with the differences", async () => {
  const [run, main] = [await stored(createOpenRun()), await stored(createRun())];
  const lines = toMarkdown(run, main, "https://github.test/report").split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      "### Evaluation: the gate is open",
      "**190/200 = 95.0% (91.0–97.3), needs 188: open**",
      "|  | this change | main | difference |",
      "| test pictures right | 190 of 200 | 177 of 200 | +13 |",
      "| accuracy, with its 95% interval | 95.0% (83.3% to 92.2%) | 88.5% (83.3% to 92.2%) | +6.5 points |",
      "| recall of bicycle | 90.0% | 90.0% | 0 |",
      "| area under the ROC curve | 0.9900 | 0.9500 | +0.0400 |",
      "| one picture through the application, p50 | 210 ms |  |  |",
      "| motorcycle | 13 | 87 |",
      "The whole pipeline on a local AWS on cifar-100, in 50 s.",
      "[Report](https://github.test/report)",
    ]),
  );
  expect(toMarkdown(main, run, undefined)).toContain(
    "| test pictures right | 177 of 200 | 190 of 200 | −13 |",
  );
});

test("without main's numbers the run stands alone", async () => {
  const run = await stored(createRun());
  const { evaluation: _evaluation, ...failed } = run;
  for (const main of [undefined, failed]) {
    const text = toMarkdown(run, main, undefined);
    expect(text).toContain("|  | this change |\n");
    expect(text).toContain("There is no evaluation of main to compare with.");
  }
});

test("a gate that the change closes, that main's closed too, and that other pictures close", async () => {
  const [open, closed] = [await stored(createOpenRun()), await stored(createRun())];
  expect(closesGate(closed, open)).toBe(true);
  expect(closesGate(closed, closed)).toBe(false);
  expect(closesGate(closed, undefined)).toBe(false);
  const other = { ...closed, dataset: { source: "cifar-100", hash: "def" } };
  expect(closesGate(other, open)).toBe(false);
  expect(toMarkdown(other, open, undefined)).toContain("main was measured on other pictures");
});

test("a run that failed is shown with its error, and stand-in pictures with their reason", async () => {
  const { gate: _gate, ...run } = createRun();
  const insteadOf = "CIFAR-100 could not be *downloaded*";
  const text = toMarkdown(
    await stored({
      ...run,
      error: "deploy-stack failed:\n```\nboom",
      dataset: { ...run.dataset, source: "drawn", insteadOf },
    }),
    undefined,
    undefined,
  );
  expect(text).toContain("### Evaluation: the local run failed");
  expect(text).toContain("\n    deploy-stack failed:\n    ```\n    boom\n");
  expect(text).toContain(String.raw`> CIFAR-100 could not be \*downloaded\*`);
});

test("a measure that is not defined has no row", async () => {
  const { evaluation, ...run } = createRun();
  const text = toMarkdown(
    await stored({ ...run, evaluation: { ...evaluation, auc: Number.NaN } }),
    undefined,
    undefined,
  );
  expect(text).not.toContain("ROC");
  expect(text).toContain("| log loss |");
});

test("a comment over GitHub's 64 KB is cut with a word", async () => {
  const { evaluation, ...run } = createRun();
  const names = Array.from({ length: 200 }, (_, at) => `class-${at}`);
  const perClass = names.map((name) => ({ name, support: 1, precision: 1, recall: 1 }));
  const confusionMatrix = names.map(() => names.map(() => 10_000));
  const document = { ...run, evaluation: { ...evaluation, perClass, confusionMatrix } };
  const text = toMarkdown(await stored(document), undefined, undefined);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
  expect(text.slice(-70)).toMatch(
    / \|\n\n\*Cut here: GitHub takes 65536 bytes, this had \d+\.\*\n$/,
  );
});

test.each([
  ["of another version", { ...createRun(), schemaVersion: 2 }, /schemaVersion/],
  ["with a field of another type", { ...createRun(), seconds: "many" }, /seconds/],
])("a document %s is refused, naming file and field", async (_what, document, field) => {
  const reading = stored(document);
  await expect(reading).rejects.toThrow(/run\.json is no document of a run: /);
  await expect(reading).rejects.toThrow(field);
});
