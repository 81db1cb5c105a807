import { SFNClient, StartSyncExecutionCommand } from "@aws-sdk/client-sfn";
import { type ApiAnswer, answerOf, answerTo } from "./api-answer.ts";
import { type ApiEvent, parseRequest } from "./api-request.ts";
import { setting } from "./environment.ts";
import { logged } from "./logged.ts";

/** The HTTP API gives up after 30 s; its caller is to hear of it from here. */
const DEADLINE_MS = 27_000;

const stateMachineArn = setting("STATE_MACHINE_ARN");
const location = {
  bucket: setting("PICTURE_BUCKET"),
  prefixes: setting("PICTURE_PREFIXES").split(","),
};
// An endpoint of one's own has no `sync-` host.
const disableHostPrefix = process.env["AWS_ENDPOINT_URL"] !== undefined;
const stepFunctions = new SFNClient({ maxAttempts: 2, disableHostPrefix });

interface Answered {
  readonly answer: ApiAnswer;
  /** For the log: what the caller is not told. */
  readonly outcome: Readonly<Record<string, unknown>>;
}

const classify = logged(
  "classify-api",
  async (event): Promise<Answered> => {
    const request = event as ApiEvent;
    const { requestId } = request.requestContext;
    try {
      // The caller hears how it ended, so that nobody else is to get a notice of each picture.
      const input = JSON.stringify({ ...parseRequest(request, location), quiet: true });
      const execution = await stepFunctions.send(
        new StartSyncExecutionCommand({ stateMachineArn, input }),
        { abortSignal: AbortSignal.timeout(DEADLINE_MS) },
      );
      const { executionArn, error, cause } = execution;
      return { answer: answerOf(execution), outcome: { requestId, executionArn, error, cause } };
    } catch (error) {
      return { answer: answerTo(error), outcome: { requestId, error: String(error) } };
    }
  },
  ({ answer, outcome }) => ({ statusCode: answer.statusCode, ...outcome }),
);

/** POST /classify: one picture through the state machine; the answer says how that ended. */
export const handler: (...asked: Parameters<typeof classify>) => Promise<ApiAnswer> = async (
  ...asked
) => (await classify(...asked)).answer;
