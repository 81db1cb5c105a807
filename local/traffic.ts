import pMap from "p-map";
import type { Context } from "../pipeline/context.ts";
import { invokeEndpoint } from "../pipeline/endpoint.ts";
import { type Dataset, isStranger } from "../pipeline/manifest.ts";
import { readBytes } from "../pipeline/s3.ts";

/** Sends every test picture of a vehicle to the endpoint once, as a day's visitors would, for the monitor to read. */
export async function sendTraffic(
  context: Context,
  { bucket, prefix, manifest }: Dataset,
  endpointName: string,
): Promise<void> {
  const { clients, progress, signal } = context;
  const vehicles = manifest.test.filter(({ label }) => !isStranger(manifest, label));
  let sent = 0;
  await pMap(
    vehicles,
    async ({ key }) => {
      const picture = await readBytes(clients.s3, bucket, prefix + key, signal);
      await invokeEndpoint(context, endpointName, picture);
      progress.count(++sent, vehicles.length, "pictures sent to the endpoint");
    },
    { concurrency: 4, signal },
  );
}
