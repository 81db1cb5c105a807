import { GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import type { Context } from "../context.ts";
import { VARIANT } from "../endpoint/endpoint-config.ts";
import type { Period } from "./read-captures.ts";

const DAY_S = 86_400;
/** CloudWatch keeps no metric longer. */
const KEPT_DAYS = 455;

/**
 * The 99th percentile of how long the endpoint's model took in a period, in milliseconds, of every request,
 * captured or not; of the worst day where there are several, since percentiles don't add up. Undefined
 * where CloudWatch has none, which is up to some minutes behind.
 */
export async function modelLatency(
  { clients, signal }: Pick<Context, "clients" | "signal">,
  endpointName: string,
  { since, until = new Date() }: Period,
): Promise<number | undefined> {
  const kept = until.getTime() - KEPT_DAYS * DAY_S * 1000;
  const { Datapoints = [] } = await clients.cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: "AWS/SageMaker",
      MetricName: "ModelLatency",
      Dimensions: [
        { Name: "EndpointName", Value: endpointName },
        { Name: "VariantName", Value: VARIANT },
      ],
      StartTime: new Date(Math.max(since?.getTime() ?? 0, kept)),
      EndTime: until,
      Period: DAY_S,
      ExtendedStatistics: ["p99"],
    }),
    { abortSignal: signal },
  );
  const days = Datapoints.flatMap(({ ExtendedStatistics }) => ExtendedStatistics?.["p99"] ?? []);
  return days.length === 0 ? undefined : Math.max(...days) / 1000;
}
