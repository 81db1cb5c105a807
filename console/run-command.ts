import { cancelOnSignals } from "../pipeline/cancel.ts";
import { destroyClients, makeClients } from "../pipeline/clients.ts";
import type { Context } from "../pipeline/context.ts";
import { messageOf, UsageError } from "../pipeline/errors.ts";
import type { Display } from "./display.ts";

const NO_CREDENTIALS =
  "There are no AWS credentials: sign in (aws sso login, AWS_PROFILE), or, for a local application, run " +
  "`npm run app` and, in another shell, set the variables that it prints.";

/**
 * Runs a command that asks AWS, with clients of its own and a signal that Ctrl-C and SIGTERM abort, and
 * says why it failed.
 * @returns the exit code: 0, 1 for a failure, 2 for a UsageError, 130 or 143 once it is cancelled
 */
export async function runCommand(
  display: Display,
  work: (context: Context) => Promise<void>,
): Promise<number> {
  using cancel = cancelOnSignals((name) =>
    display.say(`\n${name}: ending; once more ends at once`),
  );
  const clients = makeClients();
  try {
    await work({ clients, progress: display, signal: cancel.signal });
    return cancel.exitCode ?? 0;
  } catch (error) {
    if (cancel.exitCode !== undefined) return cancel.exitCode;
    display.say(display.bad(messageOf(error)));
    if (error instanceof Error && error.name === "CredentialsProviderError")
      display.say(NO_CREDENTIALS);
    return error instanceof UsageError ? 2 : 1;
  } finally {
    destroyClients(clients);
  }
}
