import type { DeployedEndpoint } from "../../pipeline/steps/deploy-endpoint.ts";
import { blocks, code, escape, facts, type Link, linkLine } from "./markdown.ts";

export interface EndpointFacts {
  readonly endpoint: DeployedEndpoint;
  readonly instanceType: string;
  readonly instanceCount: number;
  /** As `hourlyCostLine` says it. */
  readonly cost?: string | undefined;
  /** From when on teardown may take it away; undefined where this run did not say. */
  readonly expiresAt?: Date | undefined;
  readonly links?: readonly Link[];
}

/** What serves now, on what, for how much and until when. */
export function endpointSummary(served: EndpointFacts): string {
  const { endpoint, instanceType, instanceCount, cost, expiresAt, links = [] } = served;
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
    ...linkLine(links),
  );
}

/** To the minute, `2026-01-02 03:04 UTC`. */
function utc(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
