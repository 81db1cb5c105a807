import { setTimeout as sleep } from "node:timers/promises";
import pMap from "p-map";
import type { Config } from "../pipeline/config.ts";
import type { Context } from "../pipeline/context.ts";
import { invokeEndpoint } from "../pipeline/endpoint/endpoint.ts";
import { type Dataset, isStranger } from "../pipeline/dataset/manifest.ts";
import { readBytes } from "../pipeline/s3.ts";
import {
  monitorEndpoint,
  type MonitorEndpointInput,
  type Monitoring,
} from "../pipeline/steps/monitor-endpoint.ts";

/** What is local answers at once: looking often keeps the run short. */
export const pollIntervalMs = 200;
/** Captures reach S3 a moment after the answers. */
const CAPTURE_DELAY_MS = 2000;

/** Sends pictures to the endpoint, each once, as visitors would. */
export async function sendPictures(
  context: Context,
  endpointName: string,
  pictures: readonly (() => Promise<Buffer> | Buffer)[],
): Promise<void> {
  let sent = 0;
  await pMap(
    pictures,
    async (picture) => {
      await invokeEndpoint(context, endpointName, await picture());
      context.progress.count(++sent, pictures.length, "pictures sent to the endpoint");
    },
    { concurrency: 4, signal: context.signal },
  );
}

/** Sends every test picture of a vehicle, as a day's visitors would. */
export async function sendTraffic(
  context: Context,
  { bucket, prefix, manifest }: Dataset,
  endpointName: string,
): Promise<void> {
  const { clients, signal } = context;
  const vehicles = manifest.test.filter(({ label }) => !isStranger(manifest, label));
  await sendPictures(
    context,
    endpointName,
    vehicles.map(
      ({ key }) =>
        () =>
          readBytes(clients.s3, bucket, prefix + key, signal),
    ),
  );
}

/** A time from which traffic can be told from all before: captures carry whole seconds. */
export async function nextSecond({ signal }: Pick<Context, "signal">): Promise<Date> {
  const since = new Date(Math.ceil(Date.now() / 1000) * 1000);
  await sleep(since.getTime() - Date.now(), undefined, { signal });
  return since;
}

/** Has traffic sent and looks at what was captured of it since it began, or since an earlier time. */
export async function monitorTraffic(
  context: Context,
  config: Config,
  input: Omit<MonitorEndpointInput, "until">,
  send: () => Promise<void>,
): Promise<Monitoring> {
  const since = input.since ?? (await nextSecond(context));
  await send();
  await sleep(CAPTURE_DELAY_MS, undefined, { signal: context.signal });
  return await monitorEndpoint(context, config, { ...input, since });
}
