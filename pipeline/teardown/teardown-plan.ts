import type { Config } from "../config.ts";
import { type Kind, kinds, type Resource } from "./inventory.ts";
import { DAYS_A_MONTH, priceOf, storageCost } from "../prices/prices.ts";
import { servicePrice } from "../prices/service-prices.ts";
import type { Amount, Share, Stored } from "./stored-objects.ts";

/** Something that is to go. */
export interface Deletion {
  readonly kind: Kind | "objects";
  /** For objects the S3 URI of their prefix. */
  readonly name: string;
  /** How it is known to be the environment's. */
  readonly why: string;
  /** How many, where one deletion stands for several. */
  readonly count?: number | undefined;
  /** USD for each day that it stays; undefined where `prices.json` does not tell. */
  readonly usdPerDay: number | undefined;
}

/** Something that stays by choice. */
export interface Kept {
  readonly what: string;
  readonly count: number;
  readonly usdPerDay: number | undefined;
}

/** What a teardown of an environment deletes, in an order in which it can, and what it leaves. */
export interface TeardownPlan {
  readonly environment: string;
  readonly deletions: readonly Deletion[];
  readonly kept: readonly Kept[];
  /** Which objects stay. */
  readonly keptShares: readonly Share[];
  /** Of the deletions whose price is known. */
  readonly usdPerDay: number;
  /** What is marked to stay until a person types the environment's name. */
  readonly protected: readonly string[];
}

/** What must be gone before a kind is deleted. */
export const after: Readonly<Record<Deletion["kind"], readonly Deletion["kind"][]>> = {
  scaling: [],
  "monitoring schedule": [],
  "data quality job definition": ["monitoring schedule"],
  "model quality job definition": ["monitoring schedule"],
  // AWS deletes none that is monitored.
  endpoint: ["scaling", "monitoring schedule"],
  "endpoint configuration": ["endpoint"],
  "tuning job": [],
  // One that a tuning job has started would be followed by the next.
  "training job": ["tuning job"],
  "transform job": [],
  model: ["endpoint configuration"],
  "model package group": [],
  "studio app": [],
  "studio space": ["studio app"],
  "studio user profile": ["studio app", "studio space"],
  "studio domain": ["studio app", "studio space", "studio user profile"],
  stack: [],
  alarm: ["stack"],
  dashboard: ["stack"],
  // Whoever writes makes a group anew.
  "log group": ["endpoint", "stack"],
  "job log": ["tuning job", "training job", "transform job", "stack"],
  // What serves or works reads its model and writes captures and results.
  objects: [
    "monitoring schedule",
    "endpoint",
    "tuning job",
    "training job",
    "transform job",
    "stack",
  ],
};

const SHARES: readonly Share[] = ["reports", "models", "labels", "rest"];

const ORDER: readonly Deletion["kind"][] = [...kinds, "objects"];

/**
 * Plans the teardown of an environment from what there is and from the choice of pipeline.yaml: kept
 * models are the registry's packages and each one's artifact, so that they can be deployed again.
 */
export function planTeardown(
  { environment, region, teardown }: Pick<Config, "environment" | "region" | "teardown">,
  resources: readonly Resource[],
  places: readonly Stored[],
): TeardownPlan {
  const keptShares: Share[] = [
    ...(teardown.keepReports ? (["reports"] as const) : []),
    ...(teardown.keepModels ? (["models"] as const) : []),
    ...(teardown.keepLabels ? (["labels"] as const) : []),
  ];
  const going = SHARES.filter((share) => !keptShares.includes(share));
  const stays = ({ kind }: Resource) => kind === "model package group" && teardown.keepModels;
  const deletions: Deletion[] = resources
    .filter((resource) => !stays(resource))
    .map(({ kind, name, why, count, instances }) => ({
      kind,
      name,
      why,
      count,
      usdPerDay: instances === undefined ? costOf(region, kind) : daily(region, instances),
    }));
  for (const { uri, amounts } of places) {
    const { count, bytes } = sum(going.map((share) => amounts[share]));
    if (count === 0) continue;
    const why = "the environment's prefix";
    const usdPerDay = storageCost(region, bytes);
    deletions.push({ kind: "objects", name: uri, why, count, usdPerDay });
  }
  const kept: Kept[] = resources
    .filter(stays)
    .map(({ kind, name }) => ({ what: `${kind} ${name}`, count: 1, usdPerDay: 0 }));
  for (const share of keptShares) {
    const { count, bytes } = sum(places.map(({ amounts }) => amounts[share]));
    if (count === 0) continue;
    kept.push({ what: `objects of ${share}`, count, usdPerDay: storageCost(region, bytes) });
  }
  return {
    environment,
    deletions: deletions.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)),
    kept,
    keptShares,
    usdPerDay: deletions.reduce((total, { usdPerDay = 0 }) => total + usdPerDay, 0),
    protected: resources
      .filter((each) => each.protected)
      .map(({ kind, name }) => `${kind} ${name}`),
  };
}

/**
 * An endpoint, a job, a schedule's execution or an app has instances, a space a disk, a log its bytes, of
 * which AWS does not tell; a stack's alarms and logs are billed by what they are.
 */
const UNTOLD: ReadonlySet<Kind> = new Set([
  "monitoring schedule",
  "endpoint",
  "training job",
  "transform job",
  "studio app",
  "studio space",
  "stack",
  "log group",
  "job log",
] as const);

/** A day of what has no instances. */
function costOf(region: string, kind: Kind): number | undefined {
  if (kind === "alarm") return aDayOf(servicePrice(region, "alarm month"));
  if (kind === "dashboard") return aDayOf(servicePrice(region, "dashboard month"));
  return UNTOLD.has(kind) ? undefined : 0;
}

function aDayOf(month: number | undefined): number | undefined {
  return month && month / DAYS_A_MONTH;
}

function daily(region: string, instances: NonNullable<Resource["instances"]>): number | undefined {
  const hourly = priceOf({ region, ...instances });
  return hourly && hourly * instances.instanceCount * 24;
}

function sum(amounts: readonly Amount[]): Amount {
  return {
    count: amounts.reduce((total, { count }) => total + count, 0),
    bytes: amounts.reduce((total, { bytes }) => total + bytes, 0),
  };
}
