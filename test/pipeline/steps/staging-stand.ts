import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { startMinistack } from "../../../local/ministack.ts";
import { ensureVenv } from "../../../local/venv.ts";
import { destroyClients, makeClients } from "../../../pipeline/clients.ts";
import { type Config, parseConfig } from "../../../pipeline/config.ts";
import type { Context } from "../../../pipeline/context.ts";
import { openDataset } from "../../../pipeline/dataset/open.ts";
import type { Source } from "../../../pipeline/dataset/source.ts";
import { stageData } from "../../../pipeline/steps/stage-data.ts";
import { wholeArchive, writeArchive } from "../dataset/cifar-archive.ts";

const config = parseConfig("environment: test\ndataset: {validation: 0.2}\n");
const { signal } = new AbortController();
const progress = { line: () => {}, count: () => {} };

export type StagingStand = Awaited<ReturnType<typeof openStagingStand>>;

/** ministack's S3 and an archive of ten training and two test pictures of each of two vehicles. */
export async function openStagingStand() {
  const ministack = await startMinistack({ venv: await ensureVenv(() => {}) });
  Object.assign(process.env, ministack.environment);
  const clients = makeClients();
  const folder = await mkdtemp(join(tmpdir(), "scones-test-"));
  const archive = join(folder, "small.tar.gz");
  await writeArchive(archive);
  const context: Context = { clients, progress, signal };
  const source = await openDataset(archive, config, context);
  /** The keys of all PUTs that were sent, and what happens before each. */
  const sending = { puts: new Array<string>(), before: () => {} };
  clients.s3.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        if (commandName === "PutObjectCommand") {
          sending.before();
          sending.puts.push((call.input as { Key: string }).Key);
        }
        return await next(call);
      },
    { step: "initialize" },
  );
  return {
    clients,
    source,
    sending,
    /** The archive as another dataset, or an archive of these entries. */
    async open(dataset: Config["dataset"], entries = wholeArchive): Promise<Source> {
      const file = join(folder, `${crypto.randomUUID()}.tar.gz`);
      await writeArchive(file, entries);
      return openDataset(file, { dataset }, context);
    },
    /** A bucket of its own, to which nothing was sent yet. */
    async freshBucket(): Promise<string> {
      const bucket = `scones-${crypto.randomUUID()}`;
      await clients.s3.send(new CreateBucketCommand({ Bucket: bucket }));
      sending.puts.length = 0;
      sending.before = () => {};
      return bucket;
    },
    /** Stages the archive. */
    async stage(
      bucket: string,
      changes: Partial<Config> = {},
      { from = source, ...others }: Partial<Context> & { readonly from?: Source } = {},
    ) {
      return stageData(
        { ...context, ...others },
        { ...config, ...changes },
        { source: from, bucket },
      );
    },
    async [Symbol.asyncDispose]() {
      destroyClients(clients);
      await ministack.stop();
      await rm(folder, { recursive: true });
    },
  };
}
