import type { Context } from "../../../pipeline/context.ts";
import { contextAnswering } from "../answering.ts";

/** One thing in the fake Studio: a domain, or what is in one. */
export interface Thing {
  readonly kind: "Domain" | "UserProfile" | "Space" | "App";
  readonly domain: string;
  readonly name: string;
  /** Look by look; the last one stays. */
  status?: readonly string[];
  readonly tags?: readonly { Key: string; Value: string }[];
  readonly efs?: string;
  /** Of an app without a space. */
  readonly user?: string;
  readonly space?: string;
}

export interface StudioService {
  readonly context: Context & Disposable;
  /** Deletions and other changes as they were asked for, such as `DeleteSpace d-1/scientist`. */
  readonly asked: string[];
  /** The inputs of the deletions, by those lines. */
  readonly inputs: Record<string, Readonly<Record<string, unknown>>>;
  readonly lines: string[];
  readonly things: Thing[];
}

/**
 * SageMaker's Studio and a CloudFormation with at most one stack, in memory: what is deleted is Deleting at one
 * look and gone at the next, unless `refuse` says why it can't be.
 */
export function studioService(
  given: readonly Thing[],
  options: {
    stack?: { readonly name: string; readonly tags: readonly { Key: string; Value: string }[] };
    refuse?: (line: string) => Error | undefined;
    failed?: (line: string) => string | undefined;
  } = {},
): StudioService {
  const things = given.map((one) => ({ ...one }));
  const asked: string[] = [];
  const lines: string[] = [];
  const inputs: StudioService["inputs"] = {};
  const reasons = new Map<Thing, string>();
  let { stack } = options;
  let token: unknown;
  const find = (kind: string, input: Readonly<Record<string, unknown>>) => {
    const name = input[`${kind}Name`] ?? input["DomainId"];
    return things.find(
      (one) => one.kind === kind && one.domain === input["DomainId"] && one.name === name,
    );
  };
  const list = (kind: Thing["kind"], input: Readonly<Record<string, unknown>>) =>
    things.filter(
      (one) => one.kind === kind && (kind === "Domain" || one.domain === input["DomainIdEquals"]),
    );
  const answer = (operation: string, input: Readonly<Record<string, unknown>>): unknown => {
    const [, verb, kind = ""] = /^(Describe|Delete|List)(Domain|UserProfile|Space|App)s?$/.exec(
      operation,
    ) ?? ["", ""];
    if (verb === "List") {
      return {
        [`${kind}s`]: list(kind as Thing["kind"], input).map((one) => ({
          DomainId: one.domain,
          DomainArn: `arn:domain/${one.domain}`,
          [`${kind}Name`]: one.name,
          Status: one.status?.[0] ?? "InService",
          AppType: "JupyterLab",
          SpaceName: one.kind === "App" ? one.space : one.name,
          UserProfileName: one.kind === "App" ? one.user : one.name,
        })),
      };
    }
    if (operation === "ListTags") {
      const id = String(input["ResourceArn"]).split("/")[1];
      return { Tags: things.find((one) => one.kind === "Domain" && one.domain === id)?.tags };
    }
    if (verb !== undefined && verb !== "") {
      const thing = find(kind, input);
      if (thing === undefined) {
        throw Object.assign(new Error(`${kind} does not exist`), { name: "ResourceNotFound" });
      }
      if (verb === "Describe") {
        const [Status = "InService", ...later] = thing.status ?? [];
        if (later.length > 0) thing.status = later;
        if (Status === "gone") {
          things.splice(things.indexOf(thing), 1);
          throw Object.assign(new Error("gone"), { name: "ResourceNotFound" });
        }
        return { Status, FailureReason: reasons.get(thing), HomeEfsFileSystemId: thing.efs };
      }
      const line = `${operation} ${thing.domain}/${thing.name}`;
      asked.push(line);
      inputs[line] = input;
      const refusal = options.refuse?.(line);
      if (refusal !== undefined) throw refusal;
      const reason = options.failed?.(line);
      if (reason !== undefined) reasons.set(thing, reason);
      thing.status = ["Deleting", reason === undefined ? "gone" : "Delete_Failed"];
      return {};
    }
    if (operation === "DeleteStack") {
      asked.push(`DeleteStack ${stack?.name}`);
      token = input["ClientRequestToken"];
      return {};
    }
    const gone = token !== undefined;
    if (operation === "DescribeStackEvents") {
      const event = { ResourceStatus: "DELETE_COMPLETE", PhysicalResourceId: `arn:${stack?.name}` };
      return {
        StackEvents: gone ? [{ EventId: "1", ClientRequestToken: token, ...event }] : [],
      };
    }
    if (operation === "DescribeStacks") {
      const byId = input["StackName"] === `arn:${stack?.name}`;
      if (stack === undefined || (!byId && (gone || input["StackName"] !== stack.name))) {
        throw new Error(`Stack with id ${String(input["StackName"])} does not exist`);
      }
      const StackStatus = gone ? "DELETE_COMPLETE" : "CREATE_COMPLETE";
      const { name: StackName, tags: Tags } = stack;
      return { Stacks: [{ StackName, StackId: `arn:${StackName}`, StackStatus, Tags }] };
    }
    if (/^(List|Describe)/.test(operation)) return {}; // nothing else is there
    if (operation === "GetDashboard") throw new Error("Dashboard does not exist");
    throw new Error(`${operation} was not expected`);
  };
  const context = contextAnswering(answer);
  const progress = { line: (text: string) => void lines.push(text), count: () => undefined };
  return { context: { ...context, progress }, asked, inputs, lines, things };
}
