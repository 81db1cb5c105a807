import { createHmac } from "node:crypto";
import { sha256 } from "../../pipeline/s3.ts";

export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Signable {
  readonly method: string;
  /** With the port where it is not the scheme's own. */
  readonly host: string;
  /** Without a query; its segments need no encoding. */
  readonly path: string;
  readonly body: string;
}

/**
 * The headers that sign a request to an HTTP API (AWS Signature Version 4, service `execute-api`);
 * the SDK has no client for one's own APIs.
 */
export function signedHeaders(
  { method, host, path, body }: Signable,
  { accessKeyId, secretAccessKey, sessionToken }: SigningKeys,
  { region, now = new Date() }: { region: string; now?: Date },
): Record<string, string> {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const date = time.slice(0, 8);
  const headers: Record<string, string> = {
    "content-type": "application/json",
    host,
    "x-amz-date": time,
    ...(sessionToken !== undefined && { "x-amz-security-token": sessionToken }),
  };
  const names = Object.keys(headers).toSorted();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
  const request = [method, path, "", lines, names.join(";"), sha256(body)].join("\n");
  const scope = `${date}/${region}/execute-api/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(request)].join("\n");
  const key = [date, region, "execute-api", "aws4_request"].reduce<string | Buffer>(
    hmac,
    `AWS4${secretAccessKey}`,
  );
  const signature = hmac(key, text).toString("hex");
  const credential = `Credential=${accessKeyId}/${scope}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
