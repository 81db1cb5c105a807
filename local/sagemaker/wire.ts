import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** An error that goes to the caller, named and worded as AWS does. */
export class ServiceError extends Error {
  override readonly name: string;
  /** The HTTP status, where it is another than the one that the API model gives the error. */
  readonly status: number | undefined;
  /** Further members of the error's shape, such as ModelError's OriginalStatusCode. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    { status, members = {} }: { status?: number; members?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.name = code;
    this.status = status;
    this.members = members;
  }
}

/** The error of a request that AWS would find wrong. */
export function validationException(message: string): ServiceError {
  return new ServiceError("ValidationException", message);
}

/** Reads a whole request body. @throws ServiceError (413) over `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= limit) parts.push(part);
  }
  if (length > limit) {
    throw new ServiceError("ValidationError", `HTTP content length exceeded ${limit} bytes.`, {
      status: 413,
    });
  }
  return Buffer.concat(parts);
}

/** Sends a JSON 1.1 answer; dates travel as epoch seconds, numbers beyond JSON as strings. */
export function sendJson(response: ServerResponse, answer: unknown): void {
  send(response, 200, { "content-type": "application/x-amz-json-1.1" }, toWire(answer));
}

/** Sends an error in AWS's wire shape: `__type`, `x-amzn-ErrorType` and the message. */
export function sendError(
  response: ServerResponse,
  error: { code: string; status: number; members: Record<string, unknown> },
): void {
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amzn-errortype": error.code,
  };
  send(response, error.status, headers, toWire({ __type: error.code, ...error.members }));
}

/** Sends any answer with AWS's request id. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: string | Buffer,
): void {
  response.writeHead(status, {
    ...headers,
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": randomUUID(),
  });
  response.end(body);
}

/** The JSON text of an answer, as AWS's JSON protocol writes it. */
function toWire(answer: unknown): string {
  return JSON.stringify(wireValue(answer));
}

function wireValue(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(wireValue);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, part]) => part !== undefined)
        .map(([key, part]) => [key, wireValue(part)]),
    );
  }
  return value;
}
