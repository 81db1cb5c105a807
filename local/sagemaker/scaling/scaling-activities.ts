import { randomUUID } from "node:crypto";
import type {
  DescribeScalingActivitiesCommandInput,
  DescribeScalingActivitiesCommandOutput,
  ScalingActivity,
} from "@aws-sdk/client-application-auto-scaling";
import type { Answer } from "../answer.ts";
import { listPage } from "../listing.ts";
import { runBehind, type Service } from "../service.ts";
import type { ScalableTarget } from "./autoscaling.ts";
import type { Valid } from "../valid.ts";

/** DescribeScalingActivities: the latest first. */
export function scalingActivityOperations({ scalingActivities }: Service) {
  return {
    DescribeScalingActivities(
      input: Valid<DescribeScalingActivitiesCommandInput>,
    ): Answer<DescribeScalingActivitiesCommandOutput> {
      const asked = ["ServiceNamespace", "ResourceId", "ScalableDimension"] as const;
      const found = scalingActivities.filter((activity) =>
        asked.every((member) => input[member] === undefined || input[member] === activity[member]),
      );
      const query = { NextToken: input.NextToken, MaxResults: input.MaxResults ?? 50 };
      const { page, NextToken } = listPage(found, query, "Descending", (activity) => ({
        name: activity.ActivityId ?? "",
        created: activity.StartTime ?? new Date(0),
      }));
      return { ScalingActivities: page, NextToken };
    },
  };
}

/** Keeps what is done to a target as a scaling activity; `change` answers why it failed, if it did. */
export function recordActivity(
  service: Service,
  { ServiceNamespace, ResourceId, ScalableDimension }: ScalableTarget,
  { desired, cause }: { desired: number; cause: string },
  change: Promise<string | undefined>,
): void {
  const set = `Successfully set desired instance count to ${desired}.`;
  const activity: ScalingActivity = {
    ActivityId: randomUUID(),
    ServiceNamespace,
    ResourceId,
    ScalableDimension,
    Description: `Setting desired instance count to ${desired}.`,
    Cause: cause,
    StartTime: new Date(),
    StatusCode: "InProgress",
    StatusMessage: `${set} Waiting for change to be fulfilled by sagemaker.`,
  };
  service.scalingActivities.push(activity);
  const end = async () => {
    const failure = await change;
    activity.EndTime = new Date();
    activity.StatusCode = failure === undefined ? "Successful" : "Failed";
    activity.StatusMessage =
      failure === undefined
        ? `${set} Change successfully fulfilled by sagemaker.`
        : `Failed to set desired instance count to ${desired}. Reason: ${failure}`;
  };
  runBehind(service, end());
}
