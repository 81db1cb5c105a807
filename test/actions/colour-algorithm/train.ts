// A training container that does what the hyperparameter "act" says: learn, fail, or hang; "served" is
// how its model serves.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { countStart } from "../../local/sagemaker/fake-algorithm/checkpoint.ts";

const [root = ""] = process.argv.slice(2);
const {
  act = "learn",
  served = "answers",
  num_classes: classes,
} = JSON.parse(
  readFileSync(path.join(root, "input/config/hyperparameters.json"), "utf8"),
) as Record<string, string>;

countStart(root);
console.log("Epoch[0] Train-accuracy=0.5");
console.log("Epoch[0] Validation-accuracy=0.950000");
if (act === "hang") setInterval(() => undefined, 1000);
else if (act === "fail") {
  mkdirSync(path.join(root, "output"), { recursive: true });
  writeFileSync(path.join(root, "output/failure"), "ClientError: the pictures are upside down");
  process.exitCode = 1;
} else writeFileSync(path.join(root, "model/model.json"), JSON.stringify({ served, classes }));
