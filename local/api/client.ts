import { request } from "node:http";
import { signedHeaders, type SigningKeys } from "./sign.ts";

export interface ApiOptions {
  /** deploy-stack's output `apiUrl`. */
  readonly url: string;
  /** Where the local AWS listens: the API's own host name means nothing to this machine's resolver. */
  readonly endpoint: string;
  readonly region: string;
  /** Who asks; their policies must allow `execute-api:Invoke`. */
  readonly keys: SigningKeys;
}

interface ApiReply {
  readonly status: number;
  readonly body: string;
}

/** The API gives up after 30 s. */
const TIMEOUT_MS = 35_000;

/** POSTs to an HTTP API of the local AWS, by its host name and signed, as a client of AWS's would. */
export async function postToApi(
  { url, endpoint, region, keys }: ApiOptions,
  body: string,
): Promise<ApiReply> {
  // The local AWS names its APIs `<id>.execute-api.127.0.0.1`, which is no URL to Node.
  const [, host = "", path = ""] = /^https?:\/\/([^/]+)(\/.*)$/.exec(url) ?? [];
  const headers = signedHeaders({ method: "POST", host, path, body }, keys, { region });
  const { promise, resolve, reject } = Promise.withResolvers<ApiReply>();
  const sent = request(
    new URL(path, endpoint),
    { method: "POST", headers, signal: AbortSignal.timeout(TIMEOUT_MS) },
    (response) => {
      const chunks: Buffer[] = [];
      response
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .on("error", reject)
        .on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString(),
          }),
        );
    },
  );
  sent.on("error", reject);
  sent.end(body);
  return promise;
}
