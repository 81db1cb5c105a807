import { once } from "node:events";
import type { App } from "./api/server.ts";
import type { LocalAws } from "./aws.ts";
import type { Arguments } from "./arguments.ts";
import type { RunDataset } from "./dataset.ts";
import { typed } from "../console/command-line.ts";
import type { Display } from "../console/display.ts";

/**
 * Prints where the page and its API are and how to reach the local AWS with any AWS tool, and waits
 * until the run is cancelled.
 */
export async function keepUp(
  { environment }: Pick<LocalAws, "environment">,
  { url }: Pick<App, "url">,
  { config, opened }: Pick<RunDataset, "opened"> & Pick<Arguments, "config">,
  display: Display,
  signal: AbortSignal,
): Promise<void> {
  display.say(`\nEverything is up. To drop photos: ${url}`);
  display.say(
    `The same API without the page: curl --data-binary @photo.jpg ${url}photo (docs/api.md)`,
  );
  display.say("\nTo use the local AWS from another shell:\n");
  // Any AWS tool would take the keys of a profile instead of these.
  display.say("unset AWS_PROFILE");
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith("AWS_")) display.say(`export ${name}=${value}`);
  }
  display.say(
    "\nThis is a session of the pipeline role, which may do what the pipeline does. To be root: the key and",
  );
  display.say("the secret `test`, and no session token.");
  display.say("\nTo send pictures of the dataset that the model was trained on:\n");
  const options = typed({ environment: "local", config, dataset: opened });
  display.say(`npm run traffic --${options}\n`);
  display.say("Ctrl-C tears it down.");
  // An AbortSignal alone does not keep the process alive.
  const alive = setInterval(() => undefined, 60_000);
  if (!signal.aborted) await once(signal, "abort");
  clearInterval(alive);
}
