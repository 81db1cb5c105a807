import { copyFile, glob, mkdir, readFile, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, type Metafile, type Plugin } from "esbuild";
import { parseDocument } from "yaml";
import { type ApplicationFiles, applicationFiles } from "../pipeline/bundle.ts";
import { licencesOf } from "./licences.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** The AWS SDK and others ask for Node's own modules by `require`, which an ES module lacks. */
const REQUIRE = `import { createRequire as __createRequire } from "node:module";
const require = __createRequire(import.meta.url);`;

const usage = `Usage: node actions/bundle.ts --out <dir>

Bundles each action into <dir>/actions/<step>: action.yml and index.mjs, which needs no node_modules.
<dir>/LICENSE and <dir>/THIRD-PARTY-LICENSES.txt go with them.`;

/**
 * Bundles every action with all it imports, the application's files included, into `out`.
 * @returns the actions' names.
 * @throws Error where a bundle would still need a package at run time.
 */
export async function bundleActions(out: string): Promise<string[]> {
  const folders = await Array.fromAsync(glob("actions/*/action.yml", { cwd: ROOT }), dirname);
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: folders.map((folder) => ({ in: `${folder}/index.ts`, out: `${folder}/index` })),
    outdir: resolve(out),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    metafile: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    legalComments: "inline",
    banner: { js: REQUIRE },
    alias: { sharp: "./actions/bundled-sharp.ts" },
    plugins: [carry(await applicationFiles())],
    logLevel: "silent",
  });
  expectSelfContained(metafile);
  for (const folder of folders) {
    const action = parseDocument(await readFile(join(ROOT, folder, "action.yml"), "utf8"));
    action.setIn(["runs", "main"], "index.mjs");
    await writeFile(join(out, folder, "action.yml"), action.toString({ lineWidth: 0 }));
  }
  await copyFile(join(ROOT, "LICENSE"), join(out, "LICENSE"));
  const licences = await licencesOf(ROOT, Object.keys(metafile.inputs));
  await writeFile(join(out, "THIRD-PARTY-LICENSES.txt"), licences);
  return folders.map((folder) => basename(folder)).toSorted();
}

/** Puts the application's files, as they are now, in place of the module that reads them. */
function carry({ template, stateMachine, lambdas }: ApplicationFiles): Plugin {
  const archives = Object.entries(lambdas).map(([name, zip]) => `"${name}": ${bytes(zip)}`);
  const contents = `export const applicationFiles = async () => ({
  template: ${JSON.stringify(template)},
  stateMachine: ${bytes(stateMachine)},
  lambdas: { ${archives.join(", ")} },
});`;
  return {
    name: "carry the application's files",
    setup(esbuild) {
      esbuild.onLoad({ filter: /[\\/]pipeline[\\/]bundle\.ts$/ }, () => ({
        contents,
        loader: "js",
      }));
    },
  };
}

const bytes = (content: Buffer) => `Buffer.from("${content.toString("base64")}", "base64")`;

function expectSelfContained({ outputs }: Metafile): void {
  for (const [file, { imports }] of Object.entries(outputs)) {
    const missing = imports.filter(({ path }) => !isBuiltin(path)).map(({ path }) => path);
    if (missing.length > 0) throw new Error(`${file} still needs ${missing.join(", ")}`);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: "string" }, help: { type: "boolean" } } });
  if (values.help || values.out === undefined) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
  } else {
    await mkdir(values.out, { recursive: true });
    const names = await bundleActions(values.out);
    console.log(`${names.length} actions in ${values.out}: ${names.join(", ")}`);
  }
}
