import type { OpenedStudio } from "../../pipeline/steps/studio.ts";
import type { StudioResource } from "../../pipeline/studio/studio.ts";
import { blocks, code, facts, table } from "./markdown.ts";

/** Where Studio is, and how to get in. */
export function openedSummary({ change, domainId, userProfileName }: OpenedStudio): string {
  return blocks(
    "## Studio",
    `**${change}**. JupyterLab costs by the hour while it runs, and shuts down when it idles; its disk costs until Studio is taken down.`,
    facts([
      ["domain", code(domainId)],
      ["user profile", code(userProfileName)],
    ]),
    "The way in, for five minutes:",
    `\`\`\`sh
aws sagemaker create-presigned-domain-url --output text --query AuthorizedUrl \\
  --domain-id ${domainId} --user-profile-name ${userProfileName}
\`\`\``,
  );
}

/** What was taken down. */
export function closedSummary(deleted: readonly StudioResource[]): string {
  return blocks(
    "## Studio",
    deleted.length === 0 ? "Nothing of it was there." : `**${deleted.length} deleted**`,
    ...(deleted.length === 0
      ? []
      : [
          table(
            [{ title: "kind" }, { title: "name" }],
            deleted.map(({ kind, name }) => [kind, code(name)]),
          ),
        ]),
  );
}
