import { expect, test } from "@jest/globals";
import { parseHyperparameters } from "../../../local/algorithm/hyperparameters.ts";

const required = { num_classes: "2", num_training_samples: "640" };

test("defaults are those of SageMaker's guide", () => {
  expect(parseHyperparameters(required)).toMatchObject({
    epochs: "30",
    learning_rate: "0.1",
    mini_batch_size: "32",
    optimizer: "sgd",
    image_shape: "3,224,224",
  });
});

test("what has neither value nor default is absent", () => {
  expect(parseHyperparameters(required)).not.toHaveProperty("augmentation_type");
});

test("an unknown hyperparameter is refused in the container's words", () => {
  expect(() => parseHyperparameters({ ...required, epoch: "3" })).toThrow(
    "Additional hyperparameters are not allowed ('epoch' was unexpected) (caused by ValidationError)",
  );
});

test("two unknown ones are named together", () => {
  expect(() => parseHyperparameters({ ...required, a: "1", b: "2" })).toThrow(
    "('a', 'b' were unexpected)",
  );
});

test.each(["num_classes", "num_training_samples"])("%s must be given", (name) => {
  const { [name as keyof typeof required]: _, ...rest } = required;
  expect(() => parseHyperparameters(rest)).toThrow(
    `No value(s) were specified for '${name}' which are required hyperparameter(s)`,
  );
});

test.each([
  ["num_classes", "1", "an integer, 2 or more"],
  ["epochs", "0", "an integer, 1 or more"],
  ["epochs", "2.5", "an integer, 1 or more"],
  ["epochs", "", "an integer, 1 or more"],
  ["learning_rate", "1.5", "a float, 0 or more, 1 or less"],
  ["learning_rate", "fast", "a float, 0 or more, 1 or less"],
  ["optimizer", "lion", "one of the following: sgd, adam, rmsprop, nag"],
  ["num_layers", "19", "one of the following: 18, 34"],
  ["image_shape", "224", "a string that matches"],
  ["early_stopping", "1", "True or False"],
  ["top_k", "1", "an integer, 2 or more"],
])("%s=%j is refused: it expects %s", (name, value, expected) => {
  const message = `The value ${JSON.stringify(value)} is not valid for the '${name}' hyperparameter which expects ${expected}`;
  expect(() => parseHyperparameters({ ...required, [name]: value })).toThrow(message);
});

test("a number in place of a string is refused", () => {
  expect(() => parseHyperparameters({ ...required, epochs: 3 })).toThrow(
    "The value 3 is not valid",
  );
});
