import type { Config } from "../pipeline/config.ts";
import { consoleLinks, type ConsoleLinks } from "../pipeline/console-links.ts";
import type { Link } from "./summary/markdown.ts";

/** Links into the AWS console by their texts; none where the endpoint is not AWS's own. */
export function inConsole(
  { region }: Pick<Config, "region">,
  choose: (links: ConsoleLinks) => Readonly<Record<string, string>>,
): Link[] {
  if (process.env["AWS_ENDPOINT_URL"] !== undefined) return [];
  return Object.entries(choose(consoleLinks(region))).map(([text, address]) => ({ text, address }));
}
