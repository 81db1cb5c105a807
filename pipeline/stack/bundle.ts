import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";
import { nativeSharp } from "./native-sharp.ts";
import { type Files, zip } from "./zip.ts";

const lambdas = [
  "serialize-image",
  "classify-image",
  "filter-inferences",
  "collect-results",
  "classify-api",
] as const;
type Lambda = (typeof lambdas)[number];
/** The state machines, each defined in `cloudformation/<name>.asl.json`. */
const stateMachines = ["classify", "classify-fleet"] as const;

const root = new URL("../../", import.meta.url);

/** A Lambda's archive or a state machine's definition. */
export interface CodeFile {
  readonly name: string;
  readonly extension: "zip" | "asl.json";
  readonly body: Buffer;
}

/** All that the application is made of. */
export interface ApplicationFiles {
  readonly template: string;
  readonly code: readonly CodeFile[];
  /** What the native code in them was built for, as sharp names it: `linux-x64`. */
  readonly platform: string;
}

/** What only one Lambda imports; the others hold no native code. */
const NEEDS_SHARP: Lambda = "serialize-image";
/** sharp and some of the SDK ask for Node's own modules by `require`, which an ES module lacks. */
export const REQUIRE = `import { createRequire as __createRequire } from "node:module";
const require = __createRequire(import.meta.url);`;

/**
 * Reads and bundles the application's files. In an action that is bundled for release, which has
 * neither sources nor esbuild, actions/bundle.ts puts what this returned then in place of this module.
 */
export function applicationFiles(): Promise<ApplicationFiles> {
  return whileBundling(async () => {
    const native = await nativeSharp();
    const [template, ...code] = await Promise.all([
      readFile(new URL("cloudformation/application.yaml", root), "utf8"),
      ...lambdas.map(async (name): Promise<CodeFile> => ({
        name,
        extension: "zip",
        body: await bundleLambda(name, name === NEEDS_SHARP ? native.files : {}),
      })),
      ...stateMachines.map(async (name): Promise<CodeFile> => ({
        name,
        extension: "asl.json",
        body: await readFile(new URL(`cloudformation/${name}.asl.json`, root)),
      })),
    ]);
    return { template, code, platform: native.platform };
  });
}

let bundling = 0;

/**
 * Ends esbuild's service behind the last of those who bundle at the same time: it would run as long as this
 * process, and what it is asked as it ends is never answered.
 */
export async function whileBundling<T>(work: () => Promise<T>): Promise<T> {
  bundling += 1;
  try {
    return await work();
  } finally {
    bundling -= 1;
    if (bundling === 0) await stop();
  }
}

/** One Lambda with all it imports as one minified module, and `beside` it: the archive that Lambda takes. */
export async function bundleLambda(name: Lambda, beside: Files = {}): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`lambdas/${name}.ts`, root))],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    legalComments: "none",
    logLevel: "silent",
    ...(name === NEEDS_SHARP && { banner: { js: REQUIRE } }),
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild made nothing of lambdas/${name}.ts`);
  return zip({ "index.mjs": bundle.contents, ...beside });
}
