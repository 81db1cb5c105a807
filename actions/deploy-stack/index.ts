import { deployStack } from "../../pipeline/steps/deploy-stack.ts";
import { common, defineAction, runAction } from "../action.ts";
import { inConsole } from "../console.ts";
import { date, optional, override, positive, required } from "../inputs.ts";
import { bucketOf, milliseconds } from "../settings.ts";
import { stackSummary } from "../summary/stack.ts";

export const action = defineAction({
  inputs: {
    ...common,
    endpointName: required(),
    cloudformationRoleArn: override("cloudFormationRoleArn"),
    permissionsBoundaryArn: override("permissionsBoundaryArn"),
    expiresAt: optional(date),
    timeoutMinutes: optional(positive),
  },
  outputs: [
    "stackName",
    "stackId",
    "change",
    "stateMachineArn",
    "fleetArn",
    "apiUrl",
    "topicArn",
    "dashboardName",
    "alarmNames",
  ],
  lease: { minutes: () => 30 },
  async run({ context, config, inputs, output, summarize }) {
    const { cloudFormationRoleArn, permissionsBoundaryArn } = config;
    const { changes, ...stack } = await deployStack(context, config, {
      endpointName: inputs.endpointName,
      bucket: bucketOf(config),
      cloudFormationRoleArn,
      permissionsBoundaryArn,
      expiresAt: inputs.expiresAt,
      timeoutMs: milliseconds(inputs.timeoutMinutes),
    });
    const alarmNames = stack.alarmNames.join(",");
    output({ ...stack, alarmNames });
    const {
      stackName,
      stackId,
      change,
      stateMachineArn,
      fleetArn,
      apiUrl,
      topicArn,
      dashboardName,
    } = stack;
    await summarize(
      stackSummary({
        stackName,
        change,
        changes,
        outputs: {
          StateMachineArn: stateMachineArn,
          FleetArn: fleetArn,
          ApiUrl: apiUrl,
          TopicArn: topicArn,
          DashboardName: dashboardName,
          AlarmNames: alarmNames,
        },
        links: inConsole(config, (links) => ({
          stack: links.stack(stackId),
          executions: links.executions(stateMachineArn),
          dashboard: links.dashboard(dashboardName),
        })),
      }),
    );
  },
});

if (import.meta.main) await runAction(action);
