import { readFile } from "node:fs/promises";
import {
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  type Role,
} from "@aws-sdk/client-iam";
import { ministackIam } from "../../local/iam.ts";
import { type Ministack, startMinistack } from "../../local/ministack.ts";
import { ensureVenv } from "../../local/venv.ts";
import { destroyClients, makeClients } from "../../pipeline/clients.ts";
import type { Context } from "../../pipeline/context.ts";
import { poll } from "../../pipeline/poll.ts";

export const account = "000000000000";
export const template = await readFile(
  new URL("../../cloudformation/bootstrap.yaml", import.meta.url),
  "utf8",
);

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Document {
  readonly Statement: readonly Statement[];
}

/** ministack, and the documents of IAM as they came out of the deployed template. */
export interface BootstrapStand extends AsyncDisposable {
  readonly context: Context;
  readonly ministack: Ministack;
  /** Deploys the template as `<Project>-bootstrap` and returns its outputs. */
  deploy(parameters: Readonly<Record<string, string>>): Promise<Record<string, string>>;
  role(name: string): Promise<Role>;
  /** A role's inline policies. */
  policies(roleName: string): Promise<Document[]>;
  managedPolicy(arn: string): Promise<Document>;
  /** What documents refuse of these requests, by ministack's evaluator: a message each. */
  refusals(documents: readonly Document[], asked: readonly Question[]): Promise<string[]>;
}

export interface Question {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

export async function openBootstrapStand(): Promise<BootstrapStand> {
  const ministack = await startMinistack({ venv: await ensureVenv(() => undefined) });
  const before = { ...process.env };
  Object.assign(process.env, ministack.environment);
  const clients = makeClients();
  const iam = new IAMClient({});
  const role = async (RoleName: string) => {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    if (Role === undefined) throw new Error(`${RoleName} is not there`);
    return Role;
  };
  return {
    context: {
      clients,
      progress: { line: () => undefined, count: () => undefined },
      signal: new AbortController().signal,
    },
    ministack,
    deploy: (parameters) => deploy(clients.cloudformation, parameters),
    role,
    policies: async (RoleName) => {
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
      return Promise.all(
        PolicyNames.map(async (PolicyName) =>
          parse(
            (await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument,
          ),
        ),
      );
    },
    managedPolicy: async (PolicyArn) => {
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      const VersionId = Policy?.DefaultVersionId ?? "";
      const { PolicyVersion } = await iam.send(
        new GetPolicyVersionCommand({ PolicyArn, VersionId }),
      );
      return parse(PolicyVersion?.Document);
    },
    refusals: async (documents, asked) => {
      const principal = `arn:aws:sts::${account}:assumed-role/any/test`;
      const found = await ministackIam(ministack.endpoint).simulate(
        documents.map((document) => JSON.stringify(document)),
        asked.map((question) => ({ principal, context: {}, ...question })),
      );
      return found.flatMap((refusal) => refusal?.message ?? []);
    },
    [Symbol.asyncDispose]: async () => {
      iam.destroy();
      destroyClients(clients);
      process.env = before;
      await ministack.stop();
    },
  };
}

export function parse(document: string | undefined): Document {
  return JSON.parse(decodeURIComponent(document ?? "{}")) as Document;
}

export function list(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

async function deploy(
  client: Context["clients"]["cloudformation"],
  parameters: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const StackName = `${parameters["Project"] ?? "scones"}-bootstrap`;
  const provider = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
  const all = { OidcProviderArn: provider, ModelPackageGroup: "none", ...parameters };
  await client.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: template,
      Capabilities: ["CAPABILITY_NAMED_IAM"],
      Parameters: Object.entries(all).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    }),
  );
  const stack = await poll(
    async () => {
      const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
      return Stacks?.[0]?.StackStatus?.endsWith("_IN_PROGRESS") === false ? Stacks[0] : undefined;
    },
    {
      what: StackName,
      timeoutMs: 30_000,
      intervalMs: 25,
      signal: new AbortController().signal,
      resume: "",
    },
  );
  if (stack.StackStatus !== "CREATE_COMPLETE") {
    const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName }));
    throw new Error(JSON.stringify(StackEvents, undefined, 2));
  }
  return Object.fromEntries(
    (stack.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
  );
}
