import type { Config } from "../../pipeline/config.ts";
import type { Deployment } from "../../pipeline/monitoring/deployments.ts";
import type { FeatureDrift, Verdict } from "../../pipeline/monitoring/drift.ts";
import type { Seen } from "../../pipeline/monitoring/read-captures.ts";
import type { Statistics } from "../../pipeline/monitoring/statistics.ts";
import type { Shares } from "../../pipeline/monitoring/window.ts";

/** One monitoring window, as its report shows it. Times are ISO 8601, UTC. */
export interface MonitoringDocument {
  readonly endpointName: string;
  readonly madeAt: string;
  /** The period that was asked for; undefined where it is open on that side. */
  readonly since: string | undefined;
  readonly until: string | undefined;
  /** The evaluation that the window is compared with. */
  readonly baseline: {
    readonly trainingJobName: string;
    readonly datasetHash: string;
    readonly records: number;
  };
  readonly classes: readonly string[];
  /** The last of the classes, where it is of pictures of anything else. */
  readonly background: string | undefined;
  /** The confidence below which the application does not route, 0 to 1. */
  readonly threshold: number;
  readonly limits: Config["monitoring"];
  readonly verdict: Verdict;
  readonly records: number;
  readonly skipped: number;
  /** Pictures that were looked at. */
  readonly pictures: number;
  /** What the baseline has and the captures too little of; undefined where there is no such. */
  readonly lacking: readonly string[] | undefined;
  readonly features: readonly FeatureDrift[];
  readonly driftedSince: string | undefined;
  readonly shares: Shares;
  /** Of the model, in milliseconds; undefined where CloudWatch has none. */
  readonly latency: { readonly p99Ms: number; readonly limitMs: number } | undefined;
  readonly statistics: { readonly baseline: Statistics; readonly window: Statistics };
  readonly seen: Seen;
  readonly deployments: readonly Deployment[];
}
