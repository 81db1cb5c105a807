import type { Context } from "../context.ts";
import { describeEndpoint } from "./endpoint.ts";
import { describeEndpointConfig } from "./endpoint-config.ts";

/** What an endpoint was at a moment of an update. */
export interface EndpointMoment {
  readonly when: "before" | "during" | "after";
  readonly at: Date;
  /** `gone` where there was no endpoint. */
  readonly status: string;
  readonly endpointConfigName: string;
  /** Of that configuration; undefined where that was deleted. */
  readonly modelName: string | undefined;
}

/** Looks at an endpoint: its status, and what it serves. */
export async function endpointMoment(
  context: Context,
  endpointName: string,
  when: EndpointMoment["when"],
): Promise<EndpointMoment> {
  const endpoint = await describeEndpoint(context, endpointName);
  const { EndpointStatus: status = "gone", EndpointConfigName: endpointConfigName = "" } =
    endpoint ?? {};
  const served = endpoint && (await describeEndpointConfig(context, endpointConfigName));
  const modelName = served?.ProductionVariants?.[0]?.ModelName;
  return { when, at: new Date(), status, endpointConfigName, modelName };
}

/** A moment in a line: `before: InService with <configuration> of <model>, 2026-01-02T03:04:05Z`. */
export function momentLine(moment: EndpointMoment): string {
  const { when, at, status, endpointConfigName, modelName } = moment;
  const what = status === "gone" ? "" : ` with ${endpointConfigName} of ${modelName ?? "?"}`;
  return `${when}: ${status}${what}, ${at.toISOString().slice(0, 19)}Z`;
}
