import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parseConfig } from "../../../pipeline/config.ts";
import { encodePng } from "../../../pipeline/dataset/png.ts";
import { evaluateModel } from "../../../pipeline/steps/evaluate-model.ts";
import { writeWatchedTraining } from "../../../pipeline/training/watched-training.ts";
import { bucket, get, put } from "../../local/sagemaker/fixture.ts";
import { createInput, openStand, type Stand } from "../steps/evaluation-stand.ts";

const config = parseConfig("environment: test");

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
});

afterAll(() => stand[Symbol.asyncDispose]());

const pageOf = async (uri: string) =>
  (await get(stand.fixture, uri.slice(`s3://${bucket}/`.length))).toString();

test("the report lies beside the evaluation: the gate's line, the mistakes and where it comes from", async () => {
  const input = await createInput(stand, "shown");
  const [first] = input.dataset.manifest.test;
  const picture = encodePng(Buffer.alloc(8 * 8 * 3, 90), 8, 8);
  await put(stand.fixture, input.dataset.prefix + first?.key, picture);
  const made = await evaluateModel(stand.context, config, { ...input, commit: "0a1b2c" });
  expect(made.htmlUri).toBe(made.evaluationUri.replace("evaluation.json", "report.html"));
  const page = await pageOf(made.htmlUri);
  expect(page).toMatch(/<h1>Model job-shown<\/h1>[^]*9\/10 = 90\.0%[^]*<dd>0a1b2c<\/dd>/);
  expect(page).toMatch(/<img\s[^>]*alt="[^"]*: a motorcycle taken for a bicycle"/);
  expect(page).toContain("nobody watched this training");
});

test("a training that an earlier run watched has its curve in the report", async () => {
  const { context } = stand;
  const input = await createInput(stand, "watched");
  const history = [0.8, 0.9].map((accuracy, second) => ({
    at: new Date(second * 1000),
    metrics: { "validation:accuracy": accuracy },
  }));
  await writeWatchedTraining(context, config, { ...input }, { history });
  const { htmlUri } = await evaluateModel(context, config, input);
  expect(await pageOf(htmlUri)).toContain("Accuracy over 2 observed epochs, validation to 90.0%");
});
