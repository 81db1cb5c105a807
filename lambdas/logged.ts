/** What each Lambda needs of AWS's context object. */
interface InvocationContext {
  readonly awsRequestId: string;
}

type Handler<Output> = (event: unknown, context: InvocationContext) => Promise<Output>;

/**
 * Wraps a handler so that each invocation, failed ones too, writes one line of JSON: which function,
 * which request, which picture, how many milliseconds, and what `describe` says of the outcome.
 */
export function logged<Output>(
  name: string,
  handle: (event: unknown) => Output | Promise<Output>,
  describe: (output: Output) => Record<string, unknown>,
): Handler<Output> {
  return async (event, { awsRequestId }) => {
    const started = performance.now();
    const write = (outcome: Record<string, unknown>) => {
      const ms = Math.round((performance.now() - started) * 10) / 10;
      console.log(
        JSON.stringify({ function: name, awsRequestId, ...picture(event), ms, ...outcome }),
      );
    };
    try {
      const output = await handle(event);
      write({ level: "INFO", ...describe(output) });
      return output;
    } catch (error) {
      const { name: type, message } = error instanceof Error ? error : new Error(String(error));
      write({ level: "ERROR", error: type, message });
      throw error;
    }
  };
}

function picture(event: unknown): Record<string, unknown> {
  const { s3_bucket, s3_key } = (event ?? {}) as Record<string, unknown>;
  return { s3_bucket, s3_key };
}
