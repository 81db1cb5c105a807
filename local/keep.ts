import { once } from "node:events";
import type { LocalAws } from "./aws.ts";
import type { Display } from "./console/display.ts";

/** Prints how to reach the local AWS with any AWS tool, and waits until the run is cancelled. */
export async function keepUp(
  { environment }: LocalAws,
  display: Display,
  signal: AbortSignal,
): Promise<void> {
  display.say("\nEverything is up. To use it from another shell:\n");
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith("AWS_")) display.say(`export ${name}=${value}`);
  }
  display.say(
    "\nThis is a session of the pipeline role, which may do what the pipeline does. To be root: the key and",
  );
  display.say("the secret `test`, and no session token.\n\nCtrl-C tears it down.");
  // An AbortSignal alone does not keep the process alive.
  const alive = setInterval(() => undefined, 60_000);
  if (!signal.aborted) await once(signal, "abort");
  clearInterval(alive);
}
