import type { ParameterRanges } from "@aws-sdk/client-sagemaker";
import type { Valid } from "../valid.ts";

/** A range of numbers, as requests have it: every value a string. */
interface NumberRange {
  readonly MinValue: string;
  readonly MaxValue: string;
  readonly ScalingType?: string | undefined;
}

/** One value for each hyperparameter of the ranges, drawn by lot from `next`, uniform on the range's scale. */
export function drawHyperparameters(
  ranges: Valid<ParameterRanges>,
  next: () => number,
): Record<string, string> {
  const { ContinuousParameterRanges = [], IntegerParameterRanges = [] } = ranges;
  const { CategoricalParameterRanges = [] } = ranges;
  return Object.fromEntries([
    ...ContinuousParameterRanges.map((range) => [range.Name, String(draw(range, next()))]),
    ...IntegerParameterRanges.map((range) => [range.Name, String(Math.round(draw(range, next())))]),
    ...CategoricalParameterRanges.map(({ Name, Values }) => [
      Name,
      Values[Math.floor(next() * Values.length)] ?? "",
    ]),
  ]) as Record<string, string>;
}

/** `Auto` is logarithmic for a range of one order of magnitude or more, else linear: AWS keeps its rule to itself. */
function draw({ MinValue, MaxValue, ScalingType = "Auto" }: NumberRange, share: number): number {
  const [min, max] = [Number(MinValue), Number(MaxValue)];
  const wide = min > 0 && max / min >= 10;
  if (ScalingType === "Logarithmic" || (ScalingType === "Auto" && wide)) {
    return min * (max / min) ** share;
  }
  if (ScalingType === "ReverseLogarithmic") {
    return 1 - (1 - min) * ((1 - max) / (1 - min)) ** share;
  }
  return min + share * (max - min);
}
