import { type App, startApp } from "../../../local/api/server.ts";
import { parseConfig } from "../../../pipeline/config.ts";
import { keys } from "../../../pipeline/names.ts";
import { deployStack, type DeployedApplication } from "../../../pipeline/steps/deploy-stack.ts";
import { bucket, openStand, pictureOf, type Stand } from "../../pipeline/stand.ts";

export const config = parseConfig("environment: test");

/** The application in a local AWS, its runtime that tells pictures by their red, and the page in front. */
export interface AppStand extends AsyncDisposable {
  readonly stand: Stand;
  readonly application: DeployedApplication;
  readonly app: App;
}

export async function openAppStand(): Promise<AppStand> {
  await using stack = new AsyncDisposableStack();
  const stand = stack.use(await openStand());
  const { s3 } = stand.context.clients;
  const application = await deployStack(stand.context, config, {
    endpointName: "scones-test",
    bucket,
    pollIntervalMs: 100,
  });
  const sample = await stand.put("scones/test/datasets/unsure.png", pictureOf(0.6));
  const app = stack.use(
    await startApp({
      api: {
        url: application.apiUrl,
        endpoint: stand.ministack.endpoint,
        region: config.region,
        keys: { accessKeyId: "test", secretAccessKey: "test" },
      },
      uploads: { s3, bucket, prefix: keys.uploads(config) },
      samples: { s3, bucket, pictures: [{ key: sample, label: "bicycle" }] },
      threshold: config.application.confidence,
    }),
  );
  const open = stack.move();
  return { stand, application, app, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
