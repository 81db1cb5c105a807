import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  DescribeMapRunCommand,
  type DescribeMapRunCommandOutput,
  ListMapRunsCommand,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { startMinistack } from "../../local/ministack.ts";
import { ensureVenv } from "../../local/venv.ts";
import { destroyClients, makeClients } from "../../pipeline/clients.ts";
import type { Clients } from "../../pipeline/context.ts";
import { poll } from "../../pipeline/poll.ts";

export const bucket = "maps";

/** Children hand on what they get; one with an item "bad" fails. */
export const processor = {
  ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
  StartAt: "Look",
  States: {
    Look: {
      Type: "Choice",
      Choices: [
        { Variable: "$.Items[0]", StringEquals: "bad", Next: "Bad" },
        { Variable: "$", StringEquals: "bad", Next: "Bad" },
      ],
      Default: "Good",
    },
    Good: { Type: "Pass", End: true },
    Bad: { Type: "Fail", Error: "Bad", Cause: "it is bad" },
  },
};

export type Ended = Omit<DescribeExecutionCommandOutput, "output"> & {
  readonly output: unknown;
  readonly mapRun: DescribeMapRunCommandOutput | undefined;
};

/** ministack with a bucket, for machines of one Map state. */
export interface MapStand extends AsyncDisposable {
  readonly clients: Clients;
  /** Makes a role that Step Functions may work under. */
  role(name: string, statements: readonly object[]): Promise<void>;
  /** Runs one Map state over an input: what became of the execution and of its Map Run. */
  run(map: object, input: unknown, role?: string): Promise<Ended>;
}

export async function openMapStand(): Promise<MapStand> {
  const ministack = await startMinistack({ venv: await ensureVenv(() => undefined) });
  const before = { ...process.env };
  Object.assign(process.env, ministack.environment);
  const clients = makeClients();
  const iam = new IAMClient({});
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  let made = 0;
  return {
    clients,
    async role(RoleName, Statement) {
      const allow = { Effect: "Allow", Principal: { Service: "states.amazonaws.com" } };
      const trust = { Version: "2012-10-17", Statement: [{ ...allow, Action: "sts:AssumeRole" }] };
      await iam.send(
        new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }),
      );
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "run", PolicyDocument }));
    },
    run: (map, input, role = "maps") => run(clients, `map-${++made}`, role, map, input),
    [Symbol.asyncDispose]: async () => {
      iam.destroy();
      destroyClients(clients);
      process.env = before;
      await ministack.stop();
    },
  };
}

async function run(
  { sfn }: Clients,
  name: string,
  role: string,
  map: object,
  input: unknown,
): Promise<Ended> {
  const state = { Type: "Map", End: true, ItemProcessor: processor, ...map };
  const { stateMachineArn } = await sfn.send(
    new CreateStateMachineCommand({
      name,
      roleArn: `arn:aws:iam::000000000000:role/${role}`,
      definition: JSON.stringify({ StartAt: "Map", States: { Map: state } }),
    }),
  );
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  const ended = await poll(
    async () => {
      const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      return found.status === "RUNNING" ? undefined : found;
    },
    {
      what: "the map",
      timeoutMs: 60_000,
      intervalMs: 20,
      signal: new AbortController().signal,
      resume: "",
    },
  );
  const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }));
  const mapRunArn = mapRuns[0]?.mapRunArn;
  const mapRun =
    mapRunArn === undefined ? undefined : await sfn.send(new DescribeMapRunCommand({ mapRunArn }));
  return { ...ended, output: JSON.parse(ended.output ?? "null") as unknown, mapRun };
}
