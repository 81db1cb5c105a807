import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { constraintsSchema } from "../../pipeline/monitoring/constraints.ts";
import { statisticsSchema } from "../../pipeline/monitoring/statistics.ts";
import { type Captured, capturesIn, linesIn, preprocess } from "./captures.ts";
import { DataQuality } from "./data-quality.ts";
import { ModelQuality, qualityConstraintsSchema } from "./model-quality.ts";

/**
 * What the local SageMaker runs instead of Model Monitor's prebuilt analyzer, as a process of its own. In
 * the folder lie `captures/`, the script in `code/`, `baseline/`, and the labels in `ground-truth/`;
 * `statistics.json` and `constraint_violations.json` go to `output/`.
 */
const [folder = "."] = process.argv.slice(2);
const { start_time = "", end_time = "", inference_attribute, PYTHON = "python3" } = process.env;
const window = { start: new Date(start_time), end: new Date(end_time) };
const read = async (name: string) =>
  JSON.parse(await readFile(path.join(folder, "baseline", name), "utf8")) as unknown;
const write = (name: string, value: unknown) =>
  writeFile(path.join(folder, "output", name), JSON.stringify(value));

/** The captures of the window; of those alone that have a label, with it, where labels are asked for. */
async function* captures(labels?: ReadonlyMap<string, string>): AsyncGenerator<Captured> {
  for await (const captured of capturesIn(path.join(folder, "captures"), window)) {
    const { inferenceId, eventId } = captured.eventMetadata;
    const data = labels?.get(inferenceId ?? eventId);
    if (labels === undefined) yield captured;
    else if (data !== undefined) yield { ...captured, groundTruthData: { data } };
  }
}

/**
 * Labels by the captures' inference id, or event id where that has none; of two the later file's counts.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
 */
async function readLabels(): Promise<Map<string, string>> {
  const labels = new Map<string, string>();
  for await (const line of linesIn(path.join(folder, "ground-truth"))) {
    const { groundTruthData, eventMetadata } = JSON.parse(line) as Required<Captured>;
    labels.set(eventMetadata.eventId, groundTruthData.data);
  }
  return labels;
}

async function script(): Promise<string> {
  const [file] = await readdir(path.join(folder, "code"));
  if (file === undefined) throw new Error("there is no record preprocessor script");
  return path.join(folder, "code", file);
}

async function dataQuality() {
  const quality = new DataQuality(
    statisticsSchema.parse(await read("statistics.json")),
    constraintsSchema.parse(await read("constraints.json")),
  );
  for await (const { records } of preprocess(
    { python: PYTHON, script: await script() },
    captures(),
  )) {
    for (const record of records) quality.add(record);
  }
  return { quality, violations: () => quality.violations() };
}

async function modelQuality(attribute: string) {
  const constraints = qualityConstraintsSchema.parse(await read("constraints.json"));
  const quality = new ModelQuality();
  const merged = captures(await readLabels());
  for await (const { captured, records } of preprocess(
    { python: PYTHON, script: await script() },
    merged,
  )) {
    for (const record of records) {
      quality.add(captured.groundTruthData?.data ?? "", String(record[attribute]));
    }
  }
  return { quality, violations: () => quality.violations(constraints) };
}

const { quality, violations } =
  inference_attribute === undefined ? await dataQuality() : await modelQuality(inference_attribute);
if (quality.items === 0) {
  console.error("Job inputs had no data");
  process.exit(1);
}
const found = violations();
await write("statistics.json", quality.statistics());
await write("constraint_violations.json", found);
console.log(`violations: ${found.violations.length}`);
