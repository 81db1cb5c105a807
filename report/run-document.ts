import type { Evaluation } from "../pipeline/evaluation/evaluation.ts";
import type { GateDecision } from "../pipeline/evaluation/gate-decision.ts";
import type { TunedTraining } from "../pipeline/training/trained-model.ts";
import type { Strangers } from "../pipeline/evaluation/strangers.ts";
import type { Monitoring } from "../pipeline/steps/monitor-endpoint.ts";

/** A step that ran. Steps that a closed gate or a failure kept from running are not in the list. */
export interface StepRecord {
  /** The step's verb: `stage-data`. */
  readonly name: string;
  /** Wall-clock time. */
  readonly seconds: number;
  readonly outcome: "done" | "failed";
  /** One line on what it made, or the error's message where it failed. */
  readonly made: string;
}

export interface DatasetRecord {
  /** `cifar-100`, `drawn`, the file's or folder's base name, or the prefix's URI. */
  readonly source: string;
  /** True where the pictures were drawn by the project itself: they are no photographs. */
  readonly drawn: boolean;
  /** Why drawn pictures stand in for the dataset that was asked for; absent where none stands in. */
  readonly insteadOf?: string;
  /** Numbers of pictures. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** Of these the ones that were captured at the endpoint and labelled; absent where there are none. */
  readonly captured?: {
    readonly train: number;
    readonly validation: number;
    readonly test: number;
  };
  readonly classes: readonly string[];
  /** The last of the classes, where it is of pictures of anything else. */
  readonly background?: string;
  /** Of the pictures, labels, split and seed. */
  readonly hash: string;
}

/** The evaluation without its single predictions. */
export type EvaluationRecord = Pick<
  Evaluation,
  | "correct"
  | "total"
  | "accuracy"
  | "interval"
  | "confusionMatrix"
  | "perClass"
  | "auc"
  | "logLoss"
  | "calibrationError"
> & {
  /** Of pictures of anything else; absent where the dataset has none. */
  readonly strangers?: Omit<Strangers, "predictions">;
};

/** `comparison` is with the model that serves; absent where there was none to compare with. */
export type GateRecord = Pick<
  GateDecision,
  "approved" | "required" | "line" | "reason" | "comparison"
> &
  Partial<Pick<GateDecision, "championLine">>;

export type MonitoringRecord = Pick<
  Monitoring,
  "verdict" | "records" | "skipped" | "features" | "driftedSince"
>;

export interface DeploymentRecord {
  readonly endpointName: string;
  readonly endpointConfigName: string;
  readonly modelPackageArn: string;
}

export interface VerificationRecord {
  readonly executions: number;
  /** Confident pictures, answered with a bay. */
  readonly routed: number;
  /** Unsure pictures, ended as THRESHOLD_CONFIDENCE_NOT_MET. */
  readonly belowThreshold: number;
  /** Pictures of anything else, ended as NOT_A_KNOWN_VEHICLE. */
  readonly strangers?: number;
  /** Of one execution, as its caller sees it. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly max: number };
}

/** The loop that `--drift` closes: what was not reached is absent. */
export interface LoopRecord {
  /** Of visitors by daylight, whom the model had never seen: no drift. */
  readonly daylight?: MonitoringRecord;
  /** Of visitors at night and in fog, when their drift was found: `records` had come by then. */
  readonly drift?: MonitoringRecord;
  /** How many captured pictures were labelled. */
  readonly labels?: number;
  /** What the retrained model was made of; its `captured` are of the labelled pictures. */
  readonly dataset?: DatasetRecord;
  /** Of the retrained model, on the former test pictures and the captured ones. */
  readonly evaluation?: EvaluationRecord;
  /** On the captured test pictures of vehicles alone. */
  readonly captured?: {
    readonly total: number;
    /** By the retrained model. */
    readonly correct: number;
    /** By the model that served before. */
    readonly before?: number;
  };
  /** Of the retrained model, beside the one that served. */
  readonly gate?: GateRecord;
  readonly deployment?: DeploymentRecord;
  /** Of other visitors at night and in fog, by the retrained model: no drift. */
  readonly later?: MonitoringRecord;
  /** Folders with what the monitor wrote: `report.json`, `statistics.json`, `constraint_violations.json`. */
  readonly reports: readonly string[];
}

/**
 * One run of the whole pipeline, as `--json` writes it and the report shows it. The shape is stable:
 * a field is never renamed or given another meaning without a new `schemaVersion`; new optional
 * fields may come. What a closed gate or a failure kept from happening is absent, not null.
 */
export interface RunDocument {
  readonly schemaVersion: 1;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  /** 0 done, 1 failed, 3 gate closed, 130 or 143 cancelled. */
  readonly exitCode: number;
  /** Why the run failed; absent where it did not. */
  readonly error?: string;
  readonly dataset?: DatasetRecord;
  readonly steps: readonly StepRecord[];
  /** Where `training.tuning` searched for hyperparameters. */
  readonly tuning?: TunedTraining;
  readonly evaluation?: EvaluationRecord;
  readonly gate?: GateRecord;
  readonly deployment?: DeploymentRecord;
  readonly verification?: VerificationRecord;
  readonly monitoring?: MonitoringRecord;
  /** Of `--drift`; the fields above are then of the first model, but for `steps`. */
  readonly loop?: LoopRecord;
  /** What teardown found still standing; empty is the promise. */
  readonly leftovers: readonly string[];
  /** Of scones, node, ministack, onnxruntime and whatever else decides the result. */
  readonly versions: Readonly<Record<string, string>>;
  /** `split`: that of the data set's split. */
  readonly seeds: Readonly<Record<string, number>>;
}
