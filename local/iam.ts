import { StepError } from "../pipeline/errors.ts";
import type { Authority, Check, Refusal } from "./sagemaker/authority.ts";

/** A request that was decided on, as ministack's launcher records it. */
export interface Decision extends Check {
  /** The session's ARN, `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  readonly principal: string;
  readonly allowed: boolean;
}

/** ministack's IAM evaluator, for servers beside it. */
export interface Iam extends Authority {
  /** Which of these requests the policies (JSON documents) allow; a refusal where they do not. */
  simulate(
    policies: readonly string[],
    requests: readonly Omit<Decision, "allowed">[],
  ): Promise<(Refusal | undefined)[]>;
}

interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Epoch seconds. */
  readonly expiration: number;
}

/** Asks the evaluator of a ministack that `startMinistack` started, over its private paths. */
export function ministackIam(endpoint: string): Iam {
  const ask = async <T>(operation: string, question: unknown): Promise<T> => {
    const url = `${endpoint}/_scones/${operation}`;
    const answer = await fetch(url, { method: "POST", body: JSON.stringify(question) });
    if (answer.ok) return (await answer.json()) as T;
    throw new StepError(`ministack answered ${answer.status} to ${operation} at ${url}.`);
  };
  return {
    async authorize({ accessKeyId, sessionToken }, checks) {
      const answer = await ask<Partial<Refusal>>("authorize", {
        accessKeyId,
        sessionToken,
        checks,
      });
      return refusalIn(answer);
    },
    async assume(roleArn, { sourceArn, sessionName }) {
      const service = "sagemaker.amazonaws.com";
      const question = { roleArn, service, sourceArn, sessionName };
      const answer = await ask<Session | { message: string }>("assume", question);
      if ("message" in answer) return { code: "AccessDenied", message: answer.message };
      return { ...answer, expiration: new Date(answer.expiration * 1000) };
    },
    async simulate(policies, requests) {
      const answers = await ask<Partial<Refusal>[]>("simulate", { policies, requests });
      return answers.map(refusalIn);
    },
  };
}

function refusalIn({ code = "AccessDenied", message }: Partial<Refusal>): Refusal | undefined {
  return message === undefined ? undefined : { code, message };
}
