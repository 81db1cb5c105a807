import { GetObjectCommand } from "@aws-sdk/client-s3";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import pMap from "p-map";
import type { Context } from "../pipeline/context.ts";
import type { Dataset } from "../pipeline/manifest.ts";

/** Sends every test picture to the endpoint once, as a day's visitors would, for the monitor to read. */
export async function sendTraffic(
  { clients, progress, signal }: Context,
  { bucket, prefix, manifest }: Dataset,
  endpointName: string,
): Promise<number> {
  let sent = 0;
  await pMap(
    manifest.test,
    async ({ key }) => {
      const { Body } = await clients.s3.send(
        new GetObjectCommand({ Bucket: bucket, Key: prefix + key }),
        { abortSignal: signal },
      );
      await clients.runtime.send(
        new InvokeEndpointCommand({
          EndpointName: endpointName,
          ContentType: "image/png",
          Accept: "application/json",
          Body: (await Body?.transformToByteArray()) ?? new Uint8Array(),
        }),
        { abortSignal: signal },
      );
      progress.count(++sent, manifest.test.length, "pictures sent to the endpoint");
    },
    { concurrency: 4, signal },
  );
  return sent;
}
