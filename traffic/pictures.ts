import { drawnStrangers } from "../pipeline/dataset/drawn-strangers.ts";
import { inWeather, weathers } from "../pipeline/dataset/weather.ts";
import type { Source } from "../pipeline/dataset/source.ts";
import { isStranger } from "../pipeline/dataset/manifest.ts";
import type { Arrival, Kind } from "./arrivals.ts";

/** Enough that no picture is most of the traffic; they are rendered before it begins. */
const MAX_PICTURES = 100;

/** Pictures to send: test pictures as they are, the same ones in other weather, and drawn strangers. */
export type Pool = Readonly<Record<Kind, readonly Buffer[]>>;

/** Else the strangers of a seed would be those that a drawn dataset of the same seed is trained on. */
const STRANGERS_SEED = 2 ** 31;

interface PoolOptions {
  /** Of each kind. */
  readonly most?: number;
  /** Of the strangers, which are drawn; there are none without it. */
  readonly strangersSeed?: number | undefined;
}

/** Makes pictures from the first test pictures of a dataset's vehicles, every weather in turn, and strangers. */
export async function makePool(
  source: Source,
  { most = MAX_PICTURES, strangersSeed }: PoolOptions = {},
): Promise<Pool> {
  const count = Math.min(most, MAX_PICTURES);
  const clear: Buffer[] = [];
  for await (const { split, label, png } of source.pictures()) {
    if (clear.length === count) break;
    if (split === "test" && !isStranger(source, label)) clear.push(await png());
  }
  const drifted = clear.map((picture, at) =>
    inWeather(picture, weathers[at % weathers.length] ?? "night"),
  );
  const stranger =
    strangersSeed === undefined ? [] : await drawnStrangers(count, strangersSeed + STRANGERS_SEED);
  return { clear, drifted: await Promise.all(drifted), stranger };
}

/** Where among the pictures of its kind an arrival's picture lies. */
export function placeOf({ kind, pick }: Arrival, pool: Pool): number {
  return Math.floor(pick * pool[kind].length);
}

/** The picture that an arrival brings. */
export function pictureOf(arrival: Arrival, pool: Pool): Buffer {
  return pool[arrival.kind][placeOf(arrival, pool)] ?? Buffer.alloc(0);
}
