import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LocalAws } from "../aws.ts";
import { runAct, type ActRun } from "./act.ts";
import type { JobRecord, StepRecord } from "./act-log.ts";
import { startIssueTracker, type Issue } from "./issues.ts";
import { standInArguments } from "./stand-ins.ts";
import { openWorkingCopy, type Edit, type WorkingCopy } from "./working-copy.ts";

const NODE_MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));
const OWNER = "scones-unlimited";
const REPOSITORY = `${OWNER}/scones`;

/** What happens on GitHub, and the workflow that it starts. */
export interface GitHubEvent {
  readonly name: "push" | "workflow_dispatch" | "schedule";
  /** A file of `.github/workflows`. */
  readonly workflow: string;
  /** Of workflow_dispatch; what is left out has the workflow's default. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Variables of the repository that are others in this run. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Stands for GitHub: a repository, its variables, its issues, its runners. */
interface LocalGitHub extends AsyncDisposable {
  readonly copy: WorkingCopy;
  readonly issues: readonly Issue[];
  /** Runs the workflow to its end. */
  readonly run: (event: GitHubEvent, signal: AbortSignal) => Promise<ActRun>;
}

interface LocalGitHubOptions {
  /** The binary. */
  readonly act: string;
  readonly aws: LocalAws;
  readonly region: string;
  /** What differs in the pipeline.yaml of the working copy. */
  readonly edits: readonly Edit[];
  readonly onStep: (job: JobRecord, step: StepRecord) => void;
}

/**
 * Makes a working copy of the project and runs its workflows with act, on this machine, against the
 * local AWS. The steps get the endpoints of the local AWS and the address of its OIDC issuer, and no
 * credentials: those they fetch as they would on GitHub. Disposing removes all that act wrote.
 */
export async function startLocalGitHub(options: LocalGitHubOptions): Promise<LocalGitHub> {
  const { act, aws, region, edits, onStep } = options;
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "scones-act-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const copy = await openWorkingCopy(join(folder, "scones"), edits);
  const tracker = stack.use(await startIssueTracker());
  const home = join(folder, "home");
  await mkdir(home);
  const environment = {
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: home,
    XDG_CACHE_HOME: join(home, ".cache"),
    XDG_CONFIG_HOME: join(home, ".config"),
    TMPDIR: folder,
    // Nearly halves what Node needs to start an action; the checkouts' ever new paths would pile up.
    NODE_COMPILE_CACHE: join(folder, "compiled"),
    STAND_IN_NODE_MODULES: NODE_MODULES,
    ...endpointsOf(aws.environment),
    ...aws.issuer.environment,
  };
  const variables = {
    AWS_REGION: region,
    AWS_ROLE_ARN: aws.pipelineRoleArn,
    SCONES_BUCKET: aws.bucket,
    SCONES_EXECUTION_ROLE_ARN: aws.executionRoleArn,
    SCONES_CLOUDFORMATION_ROLE_ARN: aws.cloudFormationRoleArn,
    SCONES_PERMISSIONS_BOUNDARY_ARN: aws.permissionsBoundaryArn,
  };
  const token = randomBytes(20).toString("hex");
  let runs = 0;
  const run = async (event: GitHubEvent, signal: AbortSignal) => {
    runs += 1;
    const workflow = join(".github", "workflows", event.workflow);
    const payload = join(folder, `event-${runs}.json`);
    await writeFile(payload, JSON.stringify(await payloadOf(event, copy)));
    const args = [
      event.name,
      `--workflows=${workflow}`,
      `--eventpath=${payload}`,
      "--platform=ubuntu-latest=-self-hosted",
      "--no-cache-server",
      "--use-new-action-cache",
      "--action-offline-mode",
      "--json",
      // Removes a failed job's folder too.
      "--rm",
      `--secret=GITHUB_TOKEN=${token}`,
      `--env=GITHUB_API_URL=${tracker.url}`,
      `--env=GITHUB_REPOSITORY=${REPOSITORY}`,
      `--env=GITHUB_RUN_ID=${runs}`,
      `--env=GITHUB_RUN_NUMBER=${runs}`,
      ...Object.entries({ ...variables, ...event.variables }).map(
        ([name, value]) => `--var=${name}=${value}`,
      ),
      ...(await standInArguments(copy.folder, [workflow])),
    ];
    const { timeoutMs } = event;
    return runAct({ act, args, environment, folder: copy.folder, timeoutMs, signal, onStep });
  };
  const started = stack.move();
  const { issues } = tracker;
  return { copy, issues, run, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

function endpointsOf(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => name.startsWith("AWS_ENDPOINT_URL")),
  );
}

/** The parts of GitHub's event payload that a workflow can read here. */
async function payloadOf(
  { name, inputs }: GitHubEvent,
  { head }: WorkingCopy,
): Promise<Record<string, unknown>> {
  const repository = { full_name: REPOSITORY, default_branch: "main", owner: { login: OWNER } };
  if (name === "push") return { ref: "refs/heads/main", after: await head(), repository };
  return name === "schedule" ? { repository } : { ref: "refs/heads/main", inputs, repository };
}
