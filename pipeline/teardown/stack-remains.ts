import {
  GetDashboardCommand,
  ListTagsForResourceCommand,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { ifPresent } from "../errors.ts";
import { logGroups, tagsOfLogGroup } from "./log-groups.ts";
import { names } from "../names.ts";
import { isTagged } from "../tags.ts";

/** What a stack can leave behind that is billed. */
export const remainKinds = ["alarm", "dashboard", "log group"] as const;

export interface Remain {
  readonly kind: (typeof remainKinds)[number];
  readonly name: string;
  readonly why: string;
}

/**
 * What the application's stack left behind, as one does that was deleted with resources retained: its alarms and
 * log groups, by their names and the environment's exact tags; its dashboard, whose tags AWS has only had since 2026, by
 * the stack's exact name. Only where no stack has that name: what one has goes with it.
 */
export async function stackRemains(context: Context, config: Config): Promise<Remain[]> {
  const stack = names.stack(config);
  const found = await Promise.all([
    alarms(context, config, stack),
    dashboard(context, stack),
    logs(context, config, `/aws/lambda/${stack}-`),
    logs(context, config, `/aws/vendedlogs/states/${stack}-`),
    logs(context, config, `/aws/vendedlogs/apis/${stack}`),
  ]);
  return found.flat();
}

async function alarms(context: Context, config: Config, stack: string): Promise<Remain[]> {
  const { cloudwatch: client } = context.clients;
  const abort = { abortSignal: context.signal };
  const found: Remain[] = [];
  const pages = paginateDescribeAlarms({ client }, { AlarmNamePrefix: `${stack}-` }, abort);
  for await (const { MetricAlarms = [] } of pages) {
    for (const { AlarmName: name = "", AlarmArn } of MetricAlarms) {
      const request = new ListTagsForResourceCommand({ ResourceARN: AlarmArn });
      const tagged = await ifPresent(client.send(request, abort));
      if (isTagged(config, tagged?.Tags ?? []))
        found.push({ kind: "alarm", name, why: "its tags" });
    }
  }
  return found;
}

async function dashboard({ clients, signal }: Context, name: string): Promise<Remain[]> {
  const request = new GetDashboardCommand({ DashboardName: name });
  const found = await ifPresent(clients.cloudwatch.send(request, { abortSignal: signal }));
  return found === undefined ? [] : [{ kind: "dashboard", name, why: `its stack ${name}` }];
}

async function logs(context: Context, config: Config, prefix: string): Promise<Remain[]> {
  const found: Remain[] = [];
  for await (const group of logGroups(context, prefix)) {
    if (!isTagged(config, await tagsOfLogGroup(context, group))) continue;
    found.push({ kind: "log group", name: group.name, why: "its tags" });
  }
  return found;
}
