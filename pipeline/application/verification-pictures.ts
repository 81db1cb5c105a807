import { PutObjectCommand } from "@aws-sdk/client-s3";
import { blend } from "./blend.ts";
import type { Context } from "../context.ts";
import { verificationId } from "../monitoring/capture.ts";
import { invokeEndpoint } from "../endpoint/endpoint.ts";
import { StepError } from "../errors.ts";
import type { Evaluation, Prediction } from "../evaluation/evaluation.ts";
import { type Dataset, isStranger, type Manifest } from "../dataset/manifest.ts";
import { confidence, predictedClass } from "../evaluation/metrics.ts";
import type { Strangers } from "../evaluation/strangers.ts";
import { parseProbabilities } from "../evaluation/probabilities.ts";
import { readBytes } from "../s3.ts";

/** A picture in the dataset's bucket and what the application must make of it. */
export interface VerificationPicture {
  readonly key: string;
  /** Position of the likeliest class. */
  readonly predicted: number;
  readonly confident: boolean;
}

/** What is needed of an evaluation. */
export interface Known extends Pick<Evaluation, "predictions" | "classes" | "background"> {
  readonly strangers?: Pick<Strangers, "predictions">;
}

/** Nearer to the threshold than this, rounding can decide. */
const MARGIN = 0.002;
const SHARES = [0.5, 0.4, 0.6] as const;
const MAX_PAIRS = 20;

/** How sure of its likeliest class a model must be for the endpoint to come to the same one. */
const CLEAR = 0.5 + MARGIN;
/** Enough to see how the application answers them. */
const STRANGERS = 3;

/**
 * The evaluation without the captured test pictures: these may be larger than the application passes on
 * as they are, and of its JPEGs the endpoint may be surer or less sure than of what was measured.
 */
export function withoutCaptured(evaluation: Known, { test }: Pick<Manifest, "test">): Known {
  const captured = new Set(test.filter((each) => each.captured === true).map(({ key }) => key));
  const rest = (predictions: readonly Prediction[]) =>
    predictions.filter(({ key }) => !captured.has(key));
  const { predictions, strangers } = evaluation;
  return {
    ...evaluation,
    predictions: rest(predictions),
    ...(strangers && { strangers: { predictions: rest(strangers.predictions) } }),
  };
}

/**
 * Test pictures of anything else that the model takes for such; none where the dataset has none.
 * @throws StepError where it takes every one for a vehicle.
 */
export function chooseStrangers(
  evaluation: Known,
  { prefix }: Pick<Dataset, "prefix">,
): VerificationPicture[] {
  const { strangers } = evaluation;
  if (strangers === undefined || strangers.predictions.length === 0) return [];
  const recognised = strangers.predictions.filter(
    (each) =>
      isStranger(evaluation, predictedClass(each.probabilities)) && confidence(each) > CLEAR,
  );
  if (recognised.length === 0) {
    throw new StepError(
      `The model takes each of the ${strangers.predictions.length} test pictures of anything else for a vehicle: ` +
        "none would ever end in NOT_A_KNOWN_VEHICLE. Train it with more of them " +
        "(dataset.background.count), or with none.",
    );
  }
  return recognised.slice(0, STRANGERS).map(({ key, probabilities }) => ({
    key: prefix + key,
    predicted: predictedClass(probabilities),
    confident: true,
  }));
}

/**
 * Test pictures of vehicles on both sides of the threshold: at most half of them those that the model is
 * least sure about, the others confident ones, every class in turn.
 */
export function choosePictures(
  evaluation: Known,
  { prefix }: Pick<Dataset, "prefix">,
  { threshold, count }: { threshold: number; count: number },
): VerificationPicture[] {
  const { classes } = evaluation;
  const sorted = bySureness(
    evaluation.predictions.filter(
      ({ probabilities }) => !isStranger(evaluation, predictedClass(probabilities)),
    ),
  );
  const picture = ({ key, probabilities }: Prediction, confident: boolean) => ({
    key: prefix + key,
    predicted: predictedClass(probabilities),
    confident,
  });
  const unsure = sorted
    .filter((each) => confidence(each) < threshold - MARGIN)
    .slice(0, Math.floor(count / 2))
    .map((each) => picture(each, false));
  const sure = sorted
    .filter((each) => confidence(each) >= threshold + MARGIN)
    .map((each) => picture(each, true));
  const inTurn = classes
    .flatMap((_, label) =>
      sure.filter(({ predicted }) => predicted === label).map((each, turn) => ({ each, turn })),
    )
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ each }) => each);
  return [...inTurn.slice(0, count - unsure.length), ...unsure];
}

/**
 * Makes a picture that the endpoint is unsure about, for a model that is sure of every test picture:
 * blends of two test pictures of different classes, the least sure ones first, until one falls below
 * the threshold. It is staged beside the dataset, under `verification/`.
 * @throws StepError where none of the blends does.
 */
export async function makeUnsurePicture(
  context: Context,
  { bucket, prefix }: Dataset,
  evaluation: Known,
  { threshold, endpointName }: { threshold: number; endpointName: string },
): Promise<VerificationPicture> {
  const { s3 } = context.clients;
  const read = (key: string) => readBytes(s3, bucket, prefix + key, context.signal);
  let tried = 0;
  let lowest = 1;
  for (const [first, second] of pairs(evaluation.predictions)) {
    const [one, other] = await Promise.all([read(first.key), read(second.key)]);
    for (const share of SHARES) {
      const picture = await blend(one, other, share);
      const probabilities = await classify(context, endpointName, picture);
      const sureness = confidence({ probabilities });
      tried += 1;
      lowest = Math.min(lowest, sureness);
      const predicted = predictedClass(probabilities);
      if (sureness >= threshold - MARGIN || isStranger(evaluation, predicted)) continue;
      const key = `${prefix}verification/${share}-${name(first.key)}-${name(second.key)}.png`;
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: picture }));
      context.progress.line(
        `no test picture is below ${threshold}: made ${key}, confidence ${sureness.toFixed(3)}`,
      );
      return { key, predicted, confident: false };
    }
  }
  throw new StepError(
    `Endpoint ${endpointName} is at least ${lowest.toFixed(3)} sure of every test picture and of ${tried} blends of two classes: nothing falls below application.confidence ${threshold}, so its refusal can't be verified. Raise application.confidence, or look at the model's calibration.`,
  );
}

/** Pictures of different labels, the least sure of each label first. */
function pairs(predictions: readonly Prediction[]): [Prediction, Prediction][] {
  const sorted = bySureness(predictions);
  const [head] = sorted;
  const firsts = sorted.filter(({ label }) => label === head?.label);
  const seconds = sorted.filter(({ label }) => label !== head?.label);
  return firsts.slice(0, MAX_PAIRS).flatMap((first, at): [Prediction, Prediction][] => {
    const second = seconds[at];
    return second === undefined ? [] : [[first, second]];
  });
}

async function classify(
  context: Context,
  endpointName: string,
  picture: Buffer,
): Promise<readonly number[]> {
  const text = await invokeEndpoint(context, endpointName, picture, verificationId());
  const probabilities = parseProbabilities(text);
  if (probabilities === undefined) {
    throw new StepError(
      `Endpoint ${endpointName} answered no probabilities: ${text.slice(0, 200)}`,
    );
  }
  return probabilities;
}

/** The least sure first; of equal ones by their keys. */
function bySureness(predictions: readonly Prediction[]): Prediction[] {
  return predictions.toSorted((a, b) => confidence(a) - confidence(b) || (a.key < b.key ? -1 : 1));
}

function name(key: string): string {
  return (key.split("/").at(-1) ?? key).replace(/\.[^.]+$/, "");
}
