import type { StartSyncExecutionCommandOutput } from "@aws-sdk/client-sfn";
import { InvalidRequest } from "./api-request.ts";
import { Refused } from "./event.ts";
import { STRANGER, UNSURE } from "../pipeline/application/unrouted.ts";

/** What an HTTP API takes as a function's answer, payload format 2.0. */
export interface ApiAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The statuses of the codes that stand in an answer's `error`; docs/api.md describes them. */
const statuses = {
  INVALID_REQUEST: 400,
  PICTURE_REFUSED: 400,
  PICTURE_TOO_LARGE: 413,
  THRESHOLD_CONFIDENCE_NOT_MET: 422,
  NOT_A_KNOWN_VEHICLE: 422,
  THROTTLED: 429,
  CLASSIFICATION_FAILED: 502,
  TIMED_OUT: 504,
} as const;

type ErrorCode = keyof typeof statuses;

/** Time-outs of a state, of the state machine, and of a Lambda under it. */
const timeouts = new Set(["States.Timeout", "Sandbox.Timedout", "Lambda.Sandbox.Timedout"]);

const FAILED =
  "the picture could not be classified; the function's log has the reason under this request's id";
const TOO_SLOW = "the picture was not classified in time; try again";
const TOO_MANY = "too many pictures at once; try again";

/** The answer to a request by how its execution ended. */
export function answerOf(
  execution: Pick<StartSyncExecutionCommandOutput, "status" | "error" | "cause" | "output">,
): ApiAnswer {
  const { status, error = "", cause = "", output = "{}" } = execution;
  if (status === "SUCCEEDED") {
    const { vehicle, confidence, bay, orders } = JSON.parse(output) as Record<string, unknown>;
    return answer(200, { vehicle, confidence, bay, orders });
  }
  if (status === "TIMED_OUT" || timeouts.has(error)) return failure("TIMED_OUT", TOO_SLOW);
  if (error === UNSURE || error === STRANGER) {
    return failure(error, cause);
  }
  if (error === "Lambda.TooManyRequestsException") return failure("THROTTLED", TOO_MANY);
  return refusal(messageIn(cause)) ?? failure("CLASSIFICATION_FAILED", FAILED);
}

/** The answer to a request that did not lead to an execution's end. */
export function answerTo(error: unknown): ApiAnswer {
  const { name = "", message = "" } = (error ?? {}) as Partial<Error>;
  if (error instanceof InvalidRequest) return failure("INVALID_REQUEST", message);
  if (error instanceof Refused) {
    return refusal(message) ?? failure("CLASSIFICATION_FAILED", FAILED);
  }
  if (name === "TimeoutError" || name === "AbortError") return failure("TIMED_OUT", TOO_SLOW);
  if (/Throttl|TooManyRequests|LimitExceeded/.test(name)) return failure("THROTTLED", TOO_MANY);
  return failure("CLASSIFICATION_FAILED", FAILED);
}

/** A failed Lambda's cause is JSON with its message. */
function messageIn(cause: string): string {
  try {
    const { errorMessage = "" } = JSON.parse(cause) as { errorMessage?: string };
    return errorMessage;
  } catch {
    return cause;
  }
}

/** A message that begins with the code of what a caller can mend; undefined for any other. */
function refusal(message: string): ApiAnswer | undefined {
  const [, code, reason = ""] = /^(PICTURE_REFUSED|PICTURE_TOO_LARGE): (.*)/s.exec(message) ?? [];
  return code === undefined ? undefined : failure(code as ErrorCode, reason);
}

function failure(error: ErrorCode, message: string): ApiAnswer {
  return answer(statuses[error], { error, message });
}

function answer(statusCode: number, body: Readonly<Record<string, unknown>>): ApiAnswer {
  const headers = {
    "content-type": "application/json",
    "cache-control": "no-store",
    ...(statusCode === 429 && { "retry-after": "1" }),
  };
  return { statusCode, headers, body: JSON.stringify(body) };
}
