import { copyFile, glob, mkdir, readFile, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, type Metafile, type Plugin } from "esbuild";
import { parseDocument } from "yaml";
import { type ApplicationFiles, applicationFiles, REQUIRE } from "../pipeline/stack/bundle.ts";
import { preprocessorScript } from "../pipeline/model-monitor/preprocessor-script.ts";
import { studioTemplate } from "../pipeline/studio/studio-template.ts";
import { reportStyles } from "../report/styles.ts";
import { licencesOf } from "./licences.ts";

/** The module that reads what the application is made of. */
const READER = /[\\/]pipeline[\\/]stack[\\/]bundle\.ts$/;
/** The modules that read one text each. */
const TEXT_READERS = [
  {
    filter: /[\\/]pipeline[\\/]studio[\\/]studio-template\.ts$/,
    name: "studioTemplate",
    read: studioTemplate,
  },
  {
    filter: /[\\/]model-monitor[\\/]preprocessor-script\.ts$/,
    name: "preprocessorScript",
    read: preprocessorScript,
  },
  { filter: /[\\/]report[\\/]styles\.ts$/, name: "reportStyles", read: reportStyles },
];
const ROOT = fileURLToPath(new URL("..", import.meta.url));

const usage = `Usage: node actions/bundle.ts --out <dir>

Bundles each action into <dir>/actions/<step>: action.yml and index.mjs, which needs no node_modules; the
application lies beside the one that deploys them.
<dir>/LICENSE and <dir>/THIRD-PARTY-LICENSES.txt go with them.`;

/**
 * Bundles every action with all it imports, the application's files included, into `out`.
 * @returns the actions' names.
 * @throws Error where a bundle would still need a package at run time.
 */
async function bundleActions(out: string): Promise<string[]> {
  const folders = await Array.fromAsync(glob("actions/*/action.yml", { cwd: ROOT }), dirname);
  const files = await applicationFiles();
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
    plugins: [carry(files), withoutCanvas],
    logLevel: "silent",
  });
  expectSelfContained(metafile);
  for (const folder of folders) {
    const action = parseDocument(await readFile(join(ROOT, folder, "action.yml"), "utf8"));
    action.setIn(["runs", "main"], "index.mjs");
    await writeFile(join(out, folder, "action.yml"), action.toString({ lineWidth: 0 }));
  }
  await copyFile(join(ROOT, "LICENSE"), join(out, "LICENSE"));
  for (const folder of folders.filter((each) => carries(metafile, each))) {
    for (const { name, extension, body } of files.code) {
      await writeFile(join(out, folder, `${name}.${extension}`), body);
    }
  }
  const licences = await licencesOf(ROOT, [
    ...Object.keys(metafile.inputs),
    ...(await inputsOfLambdas(files)),
  ]);
  await writeFile(join(out, "THIRD-PARTY-LICENSES.txt"), licences);
  return folders.map((folder) => basename(folder)).toSorted();
}

/** Vega draws on a canvas where there is one; the reports' charts are SVG. */
const withoutCanvas: Plugin = {
  name: "leave the canvas out",
  setup(esbuild) {
    esbuild.onResolve({ filter: /^canvas$/ }, ({ path }) => ({ path, namespace: "none" }));
    esbuild.onLoad({ filter: /^canvas$/, namespace: "none" }, () => ({ contents: "" }));
  },
};

/** Puts the application's files and the texts, as they are now, in place of the modules that read them. */
function carry({ template, code, platform }: ApplicationFiles): Plugin {
  const read = code.map(
    ({ name, extension }) =>
      `{ name: "${name}", extension: "${extension}", body: await read("${name}.${extension}") }`,
  );
  const contents = `import { readFile } from "node:fs/promises";
const read = (name) => readFile(new URL(name, import.meta.url));
export const applicationFiles = async () => ({
  template: ${JSON.stringify(template)},
  platform: "${platform}",
  code: [${read.join(", ")}],
});`;
  return {
    name: "carry the application's files",
    setup(esbuild) {
      esbuild.onLoad({ filter: READER }, () => ({ contents, loader: "js" }));
      for (const { filter, name, read: text } of TEXT_READERS) {
        esbuild.onLoad({ filter }, async () => ({
          contents: `export const ${name} = async () => ${JSON.stringify(await text())};`,
          loader: "js",
        }));
      }
    },
  };
}

function carries({ outputs }: Metafile, folder: string): boolean {
  return Object.entries(outputs).some(
    ([file, { inputs }]) =>
      dirname(file).endsWith(folder) &&
      Object.keys(inputs).some((input) => READER.test(`/${input}`)),
  );
}

/** What the archives are made of, for its licences. */
async function inputsOfLambdas({ code, platform }: ApplicationFiles): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: code
      .filter(({ extension }) => extension === "zip")
      .map(({ name }) => `lambdas/${name}.ts`),
    outdir: "out",
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
  const native = [`sharp-${platform}`, `sharp-libvips-${platform}`];
  return [
    ...Object.keys(metafile.inputs),
    ...native.map((name) => `node_modules/@img/${name}/package.json`),
  ];
}

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
