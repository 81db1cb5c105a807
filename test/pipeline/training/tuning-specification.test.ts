import type { CreateHyperParameterTuningJobCommandInput } from "@aws-sdk/client-sagemaker";
import { expect, test } from "@jest/globals";
import { essenceOfTuning } from "../../../pipeline/training/tuning-specification.ts";

type Config = NonNullable<
  CreateHyperParameterTuningJobCommandInput["HyperParameterTuningJobConfig"]
>;

/** A search of the optimizer beside a fixed number of epochs. */
function essence(ParameterRanges: Config["ParameterRanges"], fixed: Record<string, string> = {}) {
  return essenceOfTuning({
    HyperParameterTuningJobConfig: {
      Strategy: "Random",
      ResourceLimits: undefined,
      ParameterRanges,
    },
    TrainingJobDefinition: {
      StaticHyperParameters: { epochs: "10", ...fixed },
    } as never,
  });
}

const optimizer = { CategoricalParameterRanges: [{ Name: "optimizer", Values: ["sgd", "nag"] }] };

test("a list of no ranges is none, and AWS's own hyperparameters do not count", () => {
  const asked = essence({
    ...optimizer,
    IntegerParameterRanges: [],
    ContinuousParameterRanges: [],
  });
  expect(essence(optimizer, { _tuning_objective_metric: "validation:accuracy" })).toBe(asked);
  expect(essence(optimizer, { learning_rate: "0.1" })).not.toBe(asked);
  expect(essence({})).not.toBe(asked);
});
