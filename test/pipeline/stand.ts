import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { type Ministack, startMinistack } from "../../local/ministack.ts";
import { ensureVenv } from "../../local/venv.ts";
import { destroyClients, makeClients } from "../../pipeline/clients.ts";
import type { Context } from "../../pipeline/context.ts";
import { encodePng } from "../../pipeline/dataset/png.ts";

export const bucket = "scones-test";

/** ministack with one bucket, and a SageMaker runtime of a few lines, for tests of the application. */
export interface Stand extends AsyncDisposable {
  readonly context: Context;
  readonly ministack: Ministack;
  /** What the steps said, line by line. */
  readonly lines: string[];
  /** Content types and endpoint names that the runtime was asked with. */
  readonly asked: string[];
  put(key: string, body: Buffer): Promise<string>;
}

/**
 * The runtime tells pictures by their first pixel: of a pure green one p(anything else) =
 * green / 255, of any other one p(bicycle) = red / 255. A picture of exactly
 * one pixel's height makes it fail as a container fails.
 */
export async function openStand(): Promise<Stand> {
  const asked: string[] = [];
  const runtime = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .on("end", () => {
        asked.push(`${request.headers["content-type"]} ${request.url}`);
        void answer(Buffer.concat(chunks), response);
      });
  });
  await new Promise<void>((resolve) => runtime.listen(0, "127.0.0.1", resolve));
  const ministack = await startMinistack({ venv: await ensureVenv(() => undefined) });
  const before = { ...process.env };
  Object.assign(process.env, ministack.environment, {
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: url(runtime),
  });
  const clients = makeClients();
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const lines: string[] = [];
  return {
    context: {
      clients,
      progress: { line: (text) => lines.push(text), count: () => undefined },
      signal: new AbortController().signal,
    },
    ministack,
    lines,
    asked,
    put: async (key, body) => {
      await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
      return key;
    },
    [Symbol.asyncDispose]: async () => {
      destroyClients(clients);
      process.env = before;
      runtime.closeAllConnections();
      await new Promise((resolve) => runtime.close(resolve));
      await ministack.stop();
    },
  };
}

/** An 8 x 8 picture that the runtime gives this probability of being a bicycle. */
export function pictureOf(bicycle: number): Buffer {
  return encodePng(new Uint8Array(8 * 8 * 3).fill(Math.round(bicycle * 255)), 8, 8);
}

export function url(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An 8 x 8 picture that the runtime gives this probability of being anything else. */
export function strangerOf(stranger: number): Buffer {
  const pixels = Array.from({ length: 8 * 8 }, () => [0, Math.round(stranger * 255), 0]);
  return encodePng(Uint8Array.from(pixels.flat()), 8, 8);
}

async function answer(picture: Buffer, response: ServerResponse): Promise<void> {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const refused = info.height === 1;
  response.writeHead(refused ? 424 : 200, {
    "content-type": "application/json",
    ...(refused && { "x-amzn-errortype": "ModelError" }),
  });
  response.end(
    refused ? '{"Message":"the container said no"}' : JSON.stringify(probabilities(data)),
  );
}

function probabilities([red = 0, green = 0, blue = 0]: Uint8Array): number[] {
  if (green > 0 && red + blue === 0) return [1 - green / 255, 0, green / 255];
  return [red / 255, 1 - red / 255, 0];
}
