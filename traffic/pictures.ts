import { inWeather, weathers } from "../pipeline/dataset/weather.ts";
import type { Source } from "../pipeline/dataset/source.ts";
import { isStranger } from "../pipeline/manifest.ts";
import type { Arrival } from "./arrivals.ts";

/** Enough that no picture is most of the traffic; they are rendered before it begins. */
const MAX_PICTURES = 100;

/** Pictures to send: test pictures as they are, and the same ones at night, in fog and blurred. */
export interface Pool {
  readonly clear: readonly Buffer[];
  readonly drifted: readonly Buffer[];
}

/** Makes at most `most` pictures from the first test pictures of a dataset's vehicles; every weather in turn. */
export async function makePool(source: Source, most = MAX_PICTURES): Promise<Pool> {
  const count = Math.min(most, MAX_PICTURES);
  const clear: Buffer[] = [];
  for await (const { split, label, png } of source.pictures()) {
    if (clear.length === count) break;
    if (split === "test" && !isStranger(source, label)) clear.push(await png());
  }
  const drifted = clear.map((picture, at) =>
    inWeather(picture, weathers[at % weathers.length] ?? "night"),
  );
  return { clear, drifted: await Promise.all(drifted) };
}

/** Where in its half of the pool an arrival's picture lies. */
export function placeOf({ drifted, pick }: Arrival, pool: Pool): number {
  return Math.floor(pick * halfOf(drifted, pool).length);
}

/** The picture that an arrival brings. */
export function pictureOf(arrival: Arrival, pool: Pool): Buffer {
  return halfOf(arrival.drifted, pool)[placeOf(arrival, pool)] ?? Buffer.alloc(0);
}

function halfOf(drifted: boolean, pool: Pool): readonly Buffer[] {
  return drifted ? pool.drifted : pool.clear;
}
