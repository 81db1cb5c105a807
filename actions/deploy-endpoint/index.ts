import { hourlyCostLine } from "../../pipeline/prices/prices.ts";
import { EXECUTION_MINUTES } from "../../pipeline/model-monitor/removal.ts";
import { deployEndpoint } from "../../pipeline/steps/deploy-endpoint.ts";
import { common, defineAction, runAction } from "../action.ts";
import { inConsole } from "../console.ts";
import { count, lifetime, optional, override, required } from "../inputs.ts";
import { bucketOf } from "../settings.ts";
import { endpointSummary } from "../summary/endpoint.ts";

export const action = defineAction({
  inputs: {
    ...common,
    modelPackageArn: required(),
    instanceType: override("endpoint.instanceType"),
    instanceCount: override("endpoint.instanceCount", count),
    keepFor: optional(lifetime),
    timeoutMinutes: override("endpoint.maxWaitMinutes", count),
  },
  outputs: ["endpointName", "endpointConfigName", "change", "expiresAt"],
  lease: { minutes: ({ endpoint }) => endpoint.maxWaitMinutes + EXECUTION_MINUTES },
  async run({ context, config, inputs, run, output, summarize, notice, warn }) {
    const { modelPackageArn, keepFor } = inputs;
    const { moments, expiresAt, warning, ...endpoint } = await deployEndpoint(context, config, {
      modelPackageArn,
      bucket: bucketOf(config),
      expiresAt: typeof keepFor === "number" ? new Date(Date.now() + keepFor * 3_600_000) : keepFor,
      run,
    });
    output({ ...endpoint, expiresAt: expiresAt?.toISOString() });
    const { region } = config;
    const { endpointName, change } = endpoint;
    const { instanceType, instanceCount } = config.endpoint;
    const cost = hourlyCostLine({ region, instanceType, instanceCount });
    await summarize(
      endpointSummary({
        endpoint,
        moments,
        instanceType,
        instanceCount,
        cost,
        expiresAt,
        warning,
        links: inConsole(config, (links) => ({
          endpoint: links.endpoint(endpointName),
          "its log": links.endpointLog(endpointName),
        })),
      }),
    );
    if (warning !== undefined) warn(warning);
    notice(`Endpoint ${endpointName} ${change}; it costs ${cost}`);
  },
});

if (import.meta.main) await runAction(action);
