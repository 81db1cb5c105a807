import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ActionRun, runAction } from "../actions/run-action.ts";

export interface Surroundings {
  /** Of the GitHub API. */
  readonly apiUrl: string;
  /** The event that started the workflow, as GitHub puts it into a file. */
  readonly event?: unknown;
}

/** Runs an action of `.github/actions` as the runner does, in the repository `o/r`, with a token. */
export async function runRepositoryAction(
  name: string,
  inputs: Readonly<Record<string, string>>,
  { apiUrl, event = {} }: Surroundings,
): Promise<ActionRun> {
  const folder = await mkdtemp(join(tmpdir(), "scones-event-"));
  try {
    const file = join(folder, "event.json");
    await writeFile(file, JSON.stringify(event));
    return await runAction(
      `../.github/actions/${name}`,
      { token: "secret", ...inputs },
      {
        environment: {
          GITHUB_API_URL: apiUrl,
          GITHUB_EVENT_PATH: file,
          GITHUB_REPOSITORY: "o/r",
          GITHUB_RUN_ID: "77",
        },
      },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
