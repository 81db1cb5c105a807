import { CloudWatchServiceException, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import type { DeploymentConfig } from "@aws-sdk/client-sagemaker";
import type { Endpoint } from "./endpoint.ts";
import type { EndpointConfig } from "./endpoint-configs.ts";
import { findModel } from "../registry/models.ts";
import type { Service } from "../service.ts";
import type { Valid } from "../valid.ts";
import { ServiceError, validationException } from "../wire.ts";

/** The alarms that roll an update back. */
export interface RollbackAlarms {
  /** The names of those that are in ALARM. */
  ringing(): Promise<string[]>;
}

/**
 * The metric alarms of a deployment configuration, looked at under the execution role of the new
 * configuration's first model, as AWS asks for it.
 * @throws ServiceError ValidationException where one does not exist or may not be described.
 * Source: https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
 */
export async function findRollbackAlarms(
  service: Service,
  { arn }: Endpoint,
  { variants }: EndpointConfig,
  deployment: Valid<DeploymentConfig> | undefined,
): Promise<RollbackAlarms> {
  const alarms = deployment?.AutoRollbackConfiguration?.Alarms ?? [];
  const names = alarms.flatMap(({ AlarmName }) => AlarmName ?? []);
  if (names.length === 0) return { ringing: async () => [] };
  const role = findModel(service, variants[0]?.ModelName ?? "").request.ExecutionRoleArn;
  const client = service.roles.cloudWatch(role, arn);
  const describe = async () => {
    const { MetricAlarms = [] } = await client.send(
      new DescribeAlarmsCommand({ AlarmNames: names }),
      { abortSignal: service.closing },
    );
    return MetricAlarms;
  };
  const found = await describe().catch((error: unknown) => {
    if (!(error instanceof CloudWatchServiceException) && !(error instanceof ServiceError)) {
      throw error;
    }
    throw invalid(`Could not describe them under the role ${role}: ${error.message}`);
  });
  const missing = names.filter((name) => !found.some(({ AlarmName }) => AlarmName === name));
  if (missing.length > 0) throw invalid(`There is no alarm ${missing.join(", ")}.`);
  return {
    async ringing() {
      const rings = (await describe()).filter(({ StateValue }) => StateValue === "ALARM");
      return rings.flatMap(({ AlarmName }) => AlarmName ?? []);
    },
  };
}

function invalid(why: string): ServiceError {
  return validationException(`Invalid alarms in AutoRollbackConfiguration. ${why}`);
}
