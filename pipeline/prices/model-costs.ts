import type { Config } from "../config.ts";
import { type Costs, costs } from "./costs.ts";
import { hourlyCostLine, priceOf } from "./prices.ts";

/** What AWS billed until a model was measured. */
export interface BilledModel {
  readonly training: {
    readonly instanceType: string;
    readonly instanceCount: number;
    /** Of each instance. */
    readonly billableSeconds: number;
  };
  readonly transformSeconds: number;
}

/** What a model cost until it was measured, with what an hour of serving it will cost as a note. */
export function modelCosts(
  { region, training, evaluation, endpoint }: Config,
  billed: BilledModel,
): Costs {
  const { instanceType, instanceCount, billableSeconds } = billed.training;
  const { transformSeconds } = billed;
  const trained = priceOf({ region, instanceType, use: "training" });
  const transform = priceOf({ region, instanceType: evaluation.instanceType, use: "transform" });
  const hour = hourlyCostLine({
    region,
    instanceType: endpoint.instanceType,
    instanceCount: endpoint.instanceCount,
  });
  return costs(
    "this model",
    [
      {
        what: training.tuning === undefined ? "training" : "training, of the best job alone",
        usd: trained && (trained * instanceCount * billableSeconds) / 3600,
        sum: `${billableSeconds} s x ${instanceCount} x ${instanceType}`,
      },
      {
        what: "evaluation",
        usd: transform && (transform * transformSeconds) / 3600,
        sum: `${transformSeconds} s x 1 x ${evaluation.instanceType}`,
      },
    ],
    [`serving it: ${hour}`],
  );
}
