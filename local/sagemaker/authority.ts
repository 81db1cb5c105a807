import type { IncomingMessage } from "node:http";
import { ServiceError } from "./wire.ts";

/** Who asks, as the request's signature names them. */
interface Caller {
  readonly accessKeyId: string;
  readonly sessionToken: string;
}

/** One thing that the caller must be allowed to do. */
export interface Check {
  /** Such as `sagemaker:CreateTrainingJob`. */
  readonly action: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  /** Condition keys, such as `aws:RequestTag/team`. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Why not: AWS's code and message. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** IAM and STS, as far as SageMaker asks them. */
export interface Authority {
  /** Undefined where the caller may do all of it. */
  authorize(caller: Caller, checks: readonly Check[]): Promise<Refusal | undefined>;
  /** A session of a role that trusts sagemaker.amazonaws.com. */
  assume(
    roleArn: string,
    session: { readonly sourceArn: string; readonly sessionName: string },
  ): Promise<RoleCredentials | Refusal>;
}

/** The caller of a signed request. @throws ServiceError MissingAuthenticationTokenException */
export function callerOf({ headers }: IncomingMessage): Caller {
  const [, accessKeyId] = /Credential=([^/]+)\//.exec(headers.authorization ?? "") ?? [];
  if (accessKeyId === undefined) {
    throw new ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token", {
      status: 403,
    });
  }
  return { accessKeyId, sessionToken: String(headers["x-amz-security-token"] ?? "") };
}
