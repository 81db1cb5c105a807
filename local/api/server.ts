import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { refusalOf } from "../guard.ts";
import { type ApiOptions, postToApi } from "./client.ts";
import { readBodyUpTo } from "./body.ts";
import { pageFiles } from "./page-files.ts";
import { MAX_PHOTO_BYTES, requestFor, type Uploads } from "./photo.ts";
import { type Samples, readSample } from "./samples.ts";
import { messageOf } from "../../pipeline/errors.ts";

/** An HTTP API takes 10 MB, but the Lambda behind it 6 MiB, its event's other fields included. */
const MAX_REQUEST_BYTES = 6_291_456;

const SECURITY = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};

interface AppOptions {
  readonly api: ApiOptions;
  readonly uploads: Uploads;
  /** Test pictures that the page offers. */
  readonly samples: Samples;
  /** Below this confidence the API answers 422. */
  readonly threshold: number;
  /** 0 for any free one. */
  readonly port?: number;
}

export interface App extends AsyncDisposable {
  /** Of the page; `classify` under it is the API without its signature. */
  readonly url: string;
}

/**
 * Serves the page on loopback, and under it the API: POST /classify goes to the HTTP API of the local
 * AWS as it is, signed on the way; POST /photo takes a photo's bytes and answers as /classify does.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const files = await pageFiles();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      const message = messageOf(error);
      return send(response, 502, { error: "CLASSIFICATION_FAILED", message });
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusalOf(request);
    if (refusal !== undefined) {
      return send(response, 403, { error: "FORBIDDEN", message: refusal });
    }
    const [path = "/"] = (request.url ?? "/").split("?");
    const file = files.get(path);
    switch (`${request.method} ${path}`) {
      case "POST /classify":
        return classify(request, response);
      case "POST /photo":
        return classifyPhoto(request, response);
      case "GET /settings":
        return send(response, 200, {
          threshold: options.threshold,
          maxBytes: MAX_PHOTO_BYTES,
          samples: options.samples.pictures.map(({ label }) => label),
        });
      default:
        if (request.method === "GET" && file !== undefined) {
          return sendBytes(response, file.type, file.content);
        }
        return sample(request, response, path);
    }
  }

  async function sample({ method }: IncomingMessage, response: ServerResponse, path: string) {
    const [, index] = /^\/samples\/(\d+)$/.exec(path) ?? [];
    const picture = options.samples.pictures[Number(index)];
    if (method !== "GET" || picture === undefined) {
      return send(response, 404, { error: "NOT_FOUND", message: `nothing at ${method} ${path}` });
    }
    return sendBytes(response, "image/png", await readSample(options.samples, picture));
  }

  async function classify(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBodyUpTo(request, MAX_REQUEST_BYTES);
    if (body === undefined) return tooLarge(response, MAX_REQUEST_BYTES);
    const reply = await postToApi(options.api, body.toString());
    return sendText(response, reply.status, reply.body);
  }

  async function classifyPhoto(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const photo = await readBodyUpTo(request, MAX_PHOTO_BYTES);
    if (photo === undefined) return tooLarge(response, MAX_PHOTO_BYTES);
    const signal = AbortSignal.timeout(30_000);
    const asked = await requestFor(photo, options.uploads, signal);
    const reply = await postToApi(options.api, JSON.stringify(asked));
    return sendText(response, reply.status, reply.body);
  }

  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function tooLarge(response: ServerResponse, limit: number): void {
  response.setHeader("connection", "close");
  send(response, 413, { error: "PICTURE_TOO_LARGE", message: `at most ${limit} bytes are taken` });
}

function send(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  sendText(response, status, JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { ...SECURITY, "content-type": "application/json" }).end(body);
}

function sendBytes(response: ServerResponse, type: string, content: Buffer): void {
  response.writeHead(200, { ...SECURITY, "content-type": type }).end(content);
}
