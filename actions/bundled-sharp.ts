import { createRequire } from "node:module";
import { join } from "node:path";
import type { default as sharp, Sharp } from "sharp";
import { UsageError } from "../pipeline/errors.ts";

/**
 * Takes the place of sharp in a bundled action (bundle.ts), since its native library fits into no
 * bundle: the one that the workspace has installed, asked for when the first picture needs it.
 * @throws UsageError where the workspace has none.
 */
export default function workspaceSharp(...args: Parameters<typeof sharp>): Sharp {
  try {
    const require = createRequire(join(process.cwd(), "package.json"));
    return (require("sharp") as typeof sharp)(...args);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw cause;
    throw new UsageError(
      "These pictures need the package sharp, and this workspace has none. Run `npm install sharp` in a step before this one, or use the action from a checkout of its repository after `npm ci`. A CIFAR-100 archive needs none.",
      { cause },
    );
  }
}
