import type { Evaluation, Prediction } from "../../pipeline/evaluation/evaluation.ts";
import type { GateDecision } from "../../pipeline/evaluation/gate-decision.ts";
import type { TrainedModel } from "../../pipeline/training/trained-model.ts";

/** A test picture that the model got wrong, with its PNG file. */
export interface WrongPicture extends Prediction {
  readonly png: Uint8Array;
}

type OfTraining = "history" | "metrics" | "trainingSeconds" | "billableSeconds" | "tuning";

/** How a model was trained, as far as it is known. */
export type TrainingRecord = { readonly [Each in OfTraining]?: TrainedModel[Each] | undefined };

/** One measured model, as its report shows it. Times are ISO 8601, UTC. */
export interface EvaluationDocument {
  readonly measuredAt: string;
  readonly evaluation: Evaluation;
  /** What the gate would decide by the configuration. */
  readonly gate: GateDecision;
  /** The confidence below which the application does not route, 0 to 1. */
  readonly threshold: number;
  /** Vehicles that were taken for something else, the surest first; they may be fewer than there are. */
  readonly wrongPictures: readonly WrongPicture[];
  /** Pictures of anything else that were taken for a vehicle, the same way. */
  readonly strangers: readonly WrongPicture[];
  readonly training: TrainingRecord;
  /** Where it comes from, by what each is: the commit, the dataset's hash, the job, the seed, ... */
  readonly provenance: Readonly<Record<string, string>>;
}
