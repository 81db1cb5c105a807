import { UsageError } from "../../pipeline/errors.ts";
import { closeStudio, openStudio } from "../../pipeline/steps/studio.ts";
import { common, defineAction, runAction } from "../action.ts";
import { list, oneOf, optional, override, positive, text, withDefault } from "../inputs.ts";
import { bucketOf, milliseconds } from "../settings.ts";
import { closedSummary, openedSummary } from "../summary/studio.ts";

export const action = defineAction({
  inputs: {
    ...common,
    direction: withDefault("up", oneOf("up", "down")),
    vpcId: optional(text),
    subnetIds: optional(list),
    cloudformationRoleArn: override("cloudFormationRoleArn"),
    permissionsBoundaryArn: override("permissionsBoundaryArn"),
    timeoutMinutes: optional(positive),
  },
  outputs: ["domainId", "userProfileName", "deleted"],
  async run({ context, config, inputs, output, summarize }) {
    const { direction, vpcId, subnetIds = [] } = inputs;
    const timeoutMs = milliseconds(inputs.timeoutMinutes);
    if (direction === "down") {
      const deleted = await closeStudio(context, config, { timeoutMs });
      output({ deleted: deleted.length });
      await summarize(closedSummary(deleted));
      return;
    }
    if (vpcId === undefined || subnetIds.length === 0) {
      throw new UsageError(
        "SageMaker asks for a VPC to put Studio into: give the inputs vpc-id and subnet-ids. docs/studio.md shows how to find the account's default one.",
      );
    }
    const { cloudFormationRoleArn, permissionsBoundaryArn } = config;
    const { change, ...opened } = await openStudio(context, config, {
      bucket: bucketOf(config),
      vpcId,
      subnetIds,
      cloudFormationRoleArn,
      permissionsBoundaryArn,
      timeoutMs,
    });
    output(opened);
    await summarize(openedSummary({ change, ...opened }));
  },
});

if (import.meta.main) await runAction(action);
