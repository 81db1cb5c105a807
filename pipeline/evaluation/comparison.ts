import { UnprovenError } from "../errors.ts";
import type { Evaluation } from "./evaluation.ts";
import { mcnemar } from "./mcnemar.ts";
import { isCorrect } from "./metrics.ts";

/** Two models over the same test pictures: the challenger and the champion, which serves. */
export interface Comparison {
  /** The champion's training job. */
  readonly champion: string;
  /** Test pictures that the champion has right. */
  readonly championCorrect: number;
  /** The champion had been measured on other pictures, and was measured anew on these. */
  readonly reevaluated: boolean;
  /** How many both have right, and both wrong. */
  readonly bothRight: number;
  readonly bothWrong: number;
  /** Keys of the pictures that only the challenger has right, and only the champion. */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  /** Of McNemar's exact test, two-sided. */
  readonly pValue: number;
}

/**
 * Compares two models picture by picture.
 * @throws UnprovenError where they were not measured on the same pictures.
 */
export function compare(
  challenger: Evaluation,
  champion: Evaluation,
  reevaluated: boolean,
): Comparison {
  const right = new Map(champion.predictions.map((each) => [each.key, isCorrect(each)]));
  const keys = new Set(challenger.predictions.map(({ key }) => key));
  if (
    challenger.datasetHash !== champion.datasetHash ||
    right.size !== keys.size ||
    challenger.predictions.some(({ key }) => !right.has(key))
  ) {
    throw new UnprovenError(
      `${challenger.trainingJobName} and ${champion.trainingJobName}, which serves, were not measured on the ` +
        "same pictures. Run evaluate-model again.",
    );
  }
  const pairs = challenger.predictions.map((each) => ({
    key: each.key,
    challenger: isCorrect(each),
    champion: right.get(each.key) ?? false,
  }));
  const gained = pairs.filter((pair) => pair.challenger && !pair.champion).map(({ key }) => key);
  const lost = pairs.filter((pair) => !pair.challenger && pair.champion).map(({ key }) => key);
  const championCorrect = pairs.filter((pair) => pair.champion).length;
  const bothRight = championCorrect - lost.length;
  return {
    champion: champion.trainingJobName,
    championCorrect,
    reevaluated,
    bothRight,
    bothWrong: pairs.length - bothRight - gained.length - lost.length,
    gained,
    lost,
    pValue: mcnemar(gained.length, lost.length),
  };
}
