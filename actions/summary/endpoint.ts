import type { EndpointMoment } from "../../pipeline/endpoint/endpoint-moment.ts";
import type { DeployedEndpoint } from "../../pipeline/steps/deploy-endpoint.ts";
import { blocks, code, escape, facts, type Link, linkLine, table } from "./markdown.ts";

interface EndpointFacts {
  readonly endpoint: DeployedEndpoint;
  /** The endpoint before, during and after an update; empty where there was none. */
  readonly moments?: readonly EndpointMoment[];
  readonly instanceType: string;
  readonly instanceCount: number;
  /** As `hourlyCostLine` says it. */
  readonly cost?: string | undefined;
  /** From when on teardown may take it away; undefined where this run did not say. */
  readonly expiresAt?: Date | undefined;
  /** Why Model Monitor does not watch it, where it was to. */
  readonly warning?: string | undefined;
  readonly links?: readonly Link[];
}

/** What serves now, on what, for how much and until when. */
export function endpointSummary(served: EndpointFacts): string {
  const {
    endpoint,
    moments = [],
    instanceType,
    instanceCount,
    cost,
    expiresAt,
    warning,
    links = [],
  } = served;
  return blocks(
    "## Endpoint",
    `**${endpoint.change}**: ${code(endpoint.endpointName)}`,
    facts([
      ["configuration", code(endpoint.endpointConfigName)],
      ["instances", `${instanceCount} x ${code(instanceType)}`],
      ["costs", cost === undefined ? undefined : escape(cost)],
      [
        "expires",
        expiresAt === undefined ? "never: it stays until it is torn down" : utc(expiresAt),
      ],
    ]),
    ...(warning === undefined ? [] : [`> [!WARNING]\n> ${escape(warning)}`]),
    ...(moments.length === 0 ? [] : [momentTable(moments)]),
    ...linkLine(links),
  );
}

function momentTable(moments: readonly EndpointMoment[]): string {
  return table(
    ["update", "status", "configuration", "model", "time"].map((title) => ({ title })),
    moments.map(({ when, at, status, endpointConfigName, modelName }) => [
      when,
      escape(status),
      code(endpointConfigName),
      modelName === undefined ? "" : code(modelName),
      utc(at),
    ]),
  );
}

/** To the second, `2026-01-02 03:04:05 UTC`. */
function utc(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
