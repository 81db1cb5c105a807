import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { parseArgs } from "node:util";
import { loadClassifier, type Classifier } from "./classifier.ts";
import { decodePicture, PictureError } from "./picture.ts";

const PICTURE_TYPES = ["image/png", "image/jpeg", "application/x-image"];
/** What InvokeEndpoint and batch transform let through, in bytes. */
const MAX_BODY = 6_291_456;

/** A request that the container refuses: an HTTP status and its message. */
class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function answer(
  classifier: Classifier,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.url === "/ping" && request.method === "GET") {
    response.writeHead(200).end();
    return;
  }
  if (request.url !== "/invocations") throw new Refusal(404, "not found");
  if (request.method !== "POST") throw new Refusal(405, "method not allowed");
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!PICTURE_TYPES.includes(type)) {
    throw new Refusal(
      415,
      `content type '${type}' is not supported; use ${PICTURE_TYPES.join(", ")}`,
    );
  }
  const picture = await decodePicture(await body(request)).catch((error: unknown) => {
    if (!(error instanceof PictureError)) throw error;
    throw new Refusal(400, `unable to evaluate payload provided: ${error.message}`);
  });
  const [prediction] = await classifier.predict([picture]);
  const lines = request.headers.accept?.includes("application/jsonlines") ?? false;
  response.setHeader("Content-Type", lines ? "application/jsonlines" : "application/json");
  response.end(JSON.stringify(lines ? { prediction } : prediction));
}

async function body(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Refusal(413, `the body is larger than ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: "string", default: "0" } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error("usage: node local/algorithm/serve.ts <model folder> [--port N]");
  process.exit(2);
}
const classifier = await loadClassifier(folder, 1);
const server = createServer((request, response) => {
  answer(classifier, request, response).catch((error: unknown) => {
    const status = error instanceof Refusal ? error.status : 500;
    if (status === 500) console.error(error);
    const message = error instanceof Refusal ? error.message : "internal error";
    response.writeHead(status, { "Content-Type": "text/plain" }).end(message);
  });
});
server.listen(Number(values.port), "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") return;
  console.log(JSON.stringify({ port: address.port }));
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
