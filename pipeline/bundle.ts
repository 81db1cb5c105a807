import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { zipOneFile } from "./zip.ts";

export const lambdaNames = ["serialize-image", "classify-image", "filter-inferences"] as const;
export type LambdaName = (typeof lambdaNames)[number];

const root = new URL("../", import.meta.url);

/** All that the application is made of. */
export interface ApplicationFiles {
  readonly template: string;
  readonly stateMachine: Buffer;
  /** Archives as Lambda takes them. */
  readonly lambdas: Readonly<Record<LambdaName, Buffer>>;
}

/**
 * Reads and bundles the application's files. In an action that is bundled for release, which has
 * neither sources nor esbuild, actions/bundle.ts puts what this returned then in place of this module.
 */
export async function applicationFiles(): Promise<ApplicationFiles> {
  const [template, stateMachine, serialize, classify, filter] = await Promise.all([
    readFile(new URL("cloudformation/application.yaml", root)),
    readFile(new URL("cloudformation/classify.asl.json", root)),
    bundleLambda("serialize-image"),
    bundleLambda("classify-image"),
    bundleLambda("filter-inferences"),
  ]);
  return {
    template: template.toString(),
    stateMachine,
    lambdas: {
      "serialize-image": serialize,
      "classify-image": classify,
      "filter-inferences": filter,
    },
  };
}

/** One Lambda with all it imports as one minified module: the archive that Lambda takes. */
export async function bundleLambda(name: LambdaName): Promise<Buffer> {
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
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild made nothing of lambdas/${name}.ts`);
  return zipOneFile("index.mjs", Buffer.from(bundle.contents));
}
