import table from "./prices.json" with { type: "json" };

/** What is paid for by use or by the month, besides instances and storage; an Arm Lambda's GB-seconds. */
export type Service = keyof (typeof table.services)["us-east-1"];

type Rows = Readonly<Record<string, { readonly usd: number; readonly per: number }>>;

const regions: Readonly<Record<string, Rows>> = table.services;

/** USD for one unit in its first tier, free tiers left out; undefined where `prices.json` has no such price. */
export function servicePrice(region: string, service: Service): number | undefined {
  const row = Object.hasOwn(regions, region) ? regions[region]?.[service] : undefined;
  return row && row.usd / row.per;
}
