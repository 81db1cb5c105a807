import { expect, test } from "@jest/globals";
import { drawHyperparameters } from "../../../../local/sagemaker/tuning/tuning-sampling.ts";

type Scaling = "Auto" | "Linear" | "Logarithmic" | "ReverseLogarithmic";

const half = () => 0.5;

test.each<[Scaling, string, string, number]>([
  ["Linear", "0.001", "0.1", 0.0505],
  ["Logarithmic", "0.001", "0.1", 0.01],
  ["Auto", "0.001", "0.1", 0.01],
  ["Auto", "0.1", "0.5", 0.3],
  ["Auto", "0", "1", 0.5],
  ["ReverseLogarithmic", "0.9", "0.999", 0.99],
])("the middle of %s from %s to %s is %d", (ScalingType, MinValue, MaxValue, middle) => {
  const range = { Name: "x", MinValue, MaxValue, ScalingType };
  const { x } = drawHyperparameters({ ContinuousParameterRanges: [range] }, half);
  expect(Number(x)).toBeCloseTo(middle, 10);
});

test("integers are whole, and words are those of the list", () => {
  const ranges = {
    IntegerParameterRanges: [{ Name: "n", MinValue: "8", MaxValue: "13" }],
    CategoricalParameterRanges: [{ Name: "word", Values: ["a", "b", "c"] }],
  };
  expect(drawHyperparameters(ranges, half)).toEqual({ n: "11", word: "b" });
  expect(drawHyperparameters(ranges, () => 0)).toEqual({ n: "8", word: "a" });
  expect(drawHyperparameters(ranges, () => 0.999)).toEqual({ n: "13", word: "c" });
});
