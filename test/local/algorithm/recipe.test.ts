import { expect, test } from "@jest/globals";
import { parseHyperparameters } from "../../../local/algorithm/hyperparameters.ts";
import { readRecipe, withoutEffect } from "../../../local/algorithm/recipe.ts";

const read = (given: Record<string, string>) =>
  readRecipe(
    parseHyperparameters({
      num_classes: "2",
      num_training_samples: "10",
      use_pretrained_model: "1",
      ...given,
    }),
  );

test("the learning rate rises for a tenth of the epochs and falls to 0", () => {
  const { learningRate } = read({ epochs: "10", learning_rate: "0.001" });
  expect(learningRate(0)).toBe(0);
  expect(learningRate(1)).toBeCloseTo(0.03, 6);
  expect(learningRate(5.5)).toBeCloseTo(0.015, 6);
  expect(learningRate(10)).toBeCloseTo(0);
});

test("lr_scheduler_step lowers it at its epochs instead", () => {
  const { learningRate } = read({
    learning_rate: "0.01",
    lr_scheduler_step: "2, 4",
    lr_scheduler_factor: "0.5",
  });
  expect([0, 1.9, 2, 3.9, 4, 9].map(learningRate)).toEqual([0.3, 0.3, 0.15, 0.15, 0.075, 0.075]);
});

test.each([
  [{ use_pretrained_model: "0" }, "needs use_pretrained_model=1, not 0"],
  [{ multi_label: "1" }, "needs multi_label=0, not 1"],
  [{ optimizer: "adam" }, "needs optimizer=sgd, not adam"],
])("%j is refused: only the real container does it", (given, message) => {
  expect(() => read(given)).toThrow(message);
});

test("hyperparameters that only the real container heeds are named", () => {
  expect(withoutEffect(["epochs", "num_layers", "resize"])).toEqual(["num_layers", "resize"]);
});
