// A training container that does what the hyperparameter "act" says: learn, fail, hang, crash, or be
// picky and fail above a learning rate of 0.5. The higher the learning rate, the worse is its accuracy.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { countStart } from "./checkpoint.ts";

const [root = ""] = process.argv.slice(2);
const read = (name: string) =>
  JSON.parse(readFileSync(path.join(root, "input/config", name), "utf8")) as Record<string, string>;
const { act = "learn", learning_rate = "0.05" } = read("hyperparameters.json");
const data = path.join(root, "input/data");
const files = readdirSync(data, { recursive: true }).map(String).toSorted();

countStart(root);
console.log("Epoch[0] Train-accuracy=0.5");
console.log("Epoch[0] Validation-accuracy=0.25");
if (act === "hang") {
  writeFileSync(path.join(root, "model/half.json"), "{}");
  setInterval(() => undefined, 1000);
} else if (act === "fail" || (act === "picky" && Number(learning_rate) > 0.5)) {
  mkdirSync(path.join(root, "output"), { recursive: true });
  writeFileSync(path.join(root, "output/failure"), "ClientError: the pictures are upside down");
  process.exitCode = 1;
} else if (act === "crash") {
  throw new Error("no memory");
} else {
  console.log("Epoch[1] Train-accuracy=1.000000");
  console.log(`Epoch[1] Validation-accuracy=${(1 - Number(learning_rate)).toFixed(6)}`);
  console.log("Epoch[1] Validation-cross-entropy=0.125");
  const model = { answer: [0.75, 0.25], files, channels: read("inputdataconfig.json") };
  writeFileSync(path.join(root, "model/model.json"), JSON.stringify(model));
}
