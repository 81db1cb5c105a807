import table from "./prices.json" with { type: "json" };

/** What SageMaker sells an instance for; each has its own price. */
export type InstanceUse = "training" | "hosting" | "transform" | "processing";

export interface PricedInstance {
  readonly region: string;
  readonly instanceType: string;
  readonly use: InstanceUse;
}

interface Price {
  /** An hour and instance, on demand. */
  readonly usd: number;
  /** ISO date of the source. */
  readonly date: string;
}

type Rows = Readonly<Record<string, { readonly usd: number; readonly source: string }>>;
type Regions = Readonly<Record<string, { readonly [use in InstanceUse]?: Rows }>>;

const regions: Regions = table.regions;
const storage: Rows = table.storage;
const sources: Readonly<Record<string, { readonly date: string }>> = table.sources;

/** USD an hour and instance, on demand; undefined where `prices.json` has no such price. */
export function priceOf(instance: PricedInstance): number | undefined {
  return find(instance)?.usd;
}

const GB = 2 ** 30;
/** As AWS counts a month of storage. */
export const DAYS_A_MONTH = 30;

/** USD a day for what lies in S3 Standard, requests left out; undefined where `prices.json` has no such price. */
export function storageCost(region: string, bytes: number): number | undefined {
  if (bytes === 0) return 0;
  const price = Object.hasOwn(storage, region) ? storage[region] : undefined;
  return price && (bytes / GB / DAYS_A_MONTH) * price.usd;
}

export interface BilledTime extends PricedInstance {
  /** That AWS bills, of each instance. */
  readonly seconds: number;
  readonly instanceCount?: number;
  /**
   * Managed spot training. It needs no price of its own: AWS counts the saving into the billable
   * seconds, 1 - BillableTimeInSeconds / TrainingTimeInSeconds (DescribeTrainingJob).
   */
  readonly spot?: boolean;
}

/**
 * What a job cost, as `$0.0172 (84 s on ml.g4dn.xlarge at $0.736/h, list price of 2026-09-25)`, or
 * `unknown` and why. Plain text: a summary must escape it.
 */
export function costLine(time: BilledTime): string {
  const price = find(time);
  if (price === undefined) return unknown(time);
  const { seconds, instanceCount = 1, spot = false } = time;
  const saving = spot ? "; the spot saving is in the billed seconds, not in that price" : "";
  return (
    `${dollars((seconds * instanceCount * price.usd) / 3600)} ` +
    `(${seconds} s on ${instances(time)} at $${price.usd}/h, list price of ${price.date}${saving})`
  );
}

/** What an endpoint costs while it is there, as `$0.23/h, $5.52 a day (1 x ml.m5.xlarge, ...)`. */
export function hourlyCostLine(
  fleet: Omit<PricedInstance, "use"> & { readonly instanceCount: number },
): string {
  const hosted = { ...fleet, use: "hosting" } as const;
  const price = find(hosted);
  if (price === undefined) return unknown(hosted);
  const hourly = price.usd * fleet.instanceCount;
  return (
    `$${Number(hourly.toFixed(4))}/h, ${dollars(hourly * 24)} a day ` +
    `(${fleet.instanceCount} x ${fleet.instanceType}, list price of ${price.date})`
  );
}

function find({ region, instanceType, use }: PricedInstance): Price | undefined {
  const row = regions[region]?.[use]?.[instanceType];
  const date = sources[row?.source ?? ""]?.date;
  return row === undefined || date === undefined ? undefined : { usd: row.usd, date };
}

function unknown({ region, instanceType, use }: PricedInstance): string {
  return `unknown (no ${use} price of ${instanceType} in ${region} in pipeline/prices/prices.json)`;
}

function instances({ instanceType, instanceCount = 1 }: BilledTime): string {
  return instanceCount === 1 ? instanceType : `${instanceCount} x ${instanceType}`;
}

/** Four digits below a dollar: a training run costs a few cents. */
export function dollars(usd: number): string {
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}
