import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  SageMakerClient,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from "@aws-sdk/client-sagemaker";
import sharp from "sharp";
import { saveModel } from "../local/algorithm/classifier.ts";
import { FEATURES } from "../local/algorithm/network.ts";
import { fold, pretrained } from "../local/algorithm/pretrained.ts";
import { ROOT_CREDENTIALS, startMinistack } from "../local/ministack.ts";
import { packFolder } from "../local/sagemaker/archive.ts";
import { startSageMaker } from "../local/sagemaker/server.ts";
import { apiModelsOf, ensureVenv } from "../local/venv.ts";
import { poll } from "../pipeline/poll.ts";
import { median } from "./median.ts";
import { wholeNumber } from "./whole-number.ts";

const region = "us-east-1";
const name = "bench";
const variant = "AllTraffic";
const instanceCounts = [1, 2];
export const usage = `usage: npm run bench -- scaling [--rounds 5] [--seconds 3] [--width 4]

Sends one picture over and over to a local endpoint, --width requests at once, and counts the answers:
on one instance, then on two, in turn. The client, the local SageMaker and every instance share the
machine's cores, and the model is not trained, which costs the same time.`;

/** Prints each round, then both medians and their ratio. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "3" },
      width: { type: "string", default: "4" },
    },
  });
  const rounds = wholeNumber("rounds", values.rounds);
  const width = wholeNumber("width", values.width);
  await using stand = await openStand();
  const picture = await drawPicture();
  const rates = new Map(instanceCounts.map((count) => [count, [] as number[]]));
  for (let round = 1; round <= rounds; round++) {
    for (const [count, found] of rates) {
      await stand.scaleTo(count);
      const load = { width, milliseconds: 1000 * Number(values.seconds) };
      const { answered, failed } = await stand.load(picture, load);
      found.push(answered / Number(values.seconds));
      console.log(`round ${round}, ${count} instance(s): ${answered} answers, ${failed} failed`);
    }
  }
  const [one = 0, two = 0] = instanceCounts.map((count) => median(rates.get(count) ?? []));
  console.log(
    `${Math.round(one)}/s on one instance, ${Math.round(two)}/s on two: ${(two / one).toFixed(2)} ` +
      `times, ${availableParallelism()} cores, medians of ${values.rounds}`,
  );
}

/** A local endpoint over the pre-trained network, and what drives it. */
async function openStand() {
  await using stack = new AsyncDisposableStack();
  const venv = await ensureVenv(console.log);
  const ministack = await startMinistack({ venv, region });
  stack.defer(() => ministack.stop());
  const server = await startSageMaker({
    region,
    apiModels: await apiModelsOf(venv),
    s3Endpoint: ministack.endpoint,
  });
  stack.defer(() => server.close());
  const settings = { region, credentials: ROOT_CREDENTIALS };
  const sagemaker = new SageMakerClient({ ...settings, endpoint: server.endpoint });
  stack.defer(() => sagemaker.destroy());
  const s3 = new S3Client({ ...settings, endpoint: ministack.endpoint, forcePathStyle: true });
  stack.defer(() => s3.destroy());
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  await s3.send(
    new PutObjectCommand({ Bucket: name, Key: "model.tar.gz", Body: await packModel() }),
  );
  await createEndpoint(sagemaker);
  await onInstances(sagemaker, 1);
  const agent = new Agent({ keepAlive: true });
  stack.defer(() => agent.destroy());
  const started = stack.move();
  return {
    async scaleTo(count: number): Promise<void> {
      await sagemaker.send(
        new UpdateEndpointWeightsAndCapacitiesCommand({
          EndpointName: name,
          DesiredWeightsAndCapacities: [{ VariantName: variant, DesiredInstanceCount: count }],
        }),
      );
      await onInstances(sagemaker, count);
    },
    /** How many requests were answered in the time, and how many were refused. */
    async load(picture: Uint8Array, { width, milliseconds }: Readonly<Record<string, number>>) {
      const counts = { answered: 0, failed: 0 };
      const end = performance.now() + (milliseconds ?? 0);
      const worker = async () => {
        while (performance.now() < end) {
          const status = await invoke(server.endpoint, agent, picture);
          counts[status === 200 ? "answered" : "failed"]++;
        }
      };
      await Promise.all(Array.from({ length: width ?? 1 }, worker));
      return counts;
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function createEndpoint(sagemaker: SageMakerClient): Promise<void> {
  const Image = `811284229777.dkr.ecr.${region}.amazonaws.com/image-classification:1`;
  const PrimaryContainer = { Image, ModelDataUrl: `s3://${name}/model.tar.gz` };
  const InstanceType = "ml.m5.large";
  await sagemaker.send(new CreateModelCommand({ ModelName: name, PrimaryContainer }));
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: variant,
          ModelName: name,
          InstanceType,
          InitialInstanceCount: 1,
          RoutingConfig: { RoutingStrategy: "LEAST_OUTSTANDING_REQUESTS" },
        },
      ],
    }),
  );
  const names = { EndpointName: name, EndpointConfigName: name };
  await sagemaker.send(new CreateEndpointCommand(names));
}

async function onInstances(sagemaker: SageMakerClient, count: number): Promise<void> {
  await poll(
    async () => {
      const found = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
      const [running] = found.ProductionVariants ?? [];
      const isThere =
        found.EndpointStatus === "InService" && running?.CurrentInstanceCount === count;
      return isThere || undefined;
    },
    {
      what: `${count} instance(s)`,
      timeoutMs: 60_000,
      intervalMs: 50,
      signal: new AbortController().signal,
      resume: "Run the bench again.",
    },
  );
}

function invoke(endpoint: string, agent: Agent, picture: Uint8Array): Promise<number> {
  const headers = { "content-type": "image/png", "content-length": picture.length };
  return new Promise((resolve, reject) => {
    const url = `${endpoint}/endpoints/${name}/invocations`;
    const asked = request(url, { method: "POST", agent, headers }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
    });
    asked.on("error", reject);
    asked.end(picture);
  });
}

/** The pre-trained network with a head of no training. */
async function packModel(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "scones-bench-"));
  try {
    const weights = [0, 1].map((sign) => Array.from({ length: FEATURES }, () => sign / 100));
    const head = { weights, bias: [0, 0] };
    await saveModel(folder, fold(await pretrained()), { head, training: {} });
    return await packFolder(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function drawPicture(): Promise<Buffer> {
  const create = { width: 32, height: 32, channels: 3, background: "teal" } as const;
  return sharp({ create }).png().toBuffer();
}
