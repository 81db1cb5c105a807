import { glob, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UsageError } from "../errors.ts";
import type { Files } from "./zip.ts";

/** sharp's native code for one platform, as it lies under `node_modules` beside a Lambda's module. */
interface NativeSharp {
  /** As sharp names it: `linux-x64`, `darwin-arm64`, `linuxmusl-x64`. */
  readonly platform: string;
  readonly files: Files;
}

/** The packages' own files without the headers that only a build from source asks for. */
const PATTERN = "{package.json,index.cjs,LICENSE,README.md,lib/*.{js,node,dylib},lib/*.so.*}";

/**
 * Reads the native code that npm installed for this machine: sharp's own and libvips. Nothing is built
 * or downloaded, so it runs where this machine's Node runs and on Lambda where that is Linux with glibc.
 * @throws UsageError where npm left it out.
 */
export async function nativeSharp(): Promise<NativeSharp> {
  const require = createRequire(createRequire(import.meta.url).resolve("sharp"));
  const { platform, arch } = process;
  const candidates = [`${platform}-${arch}`, `${platform}musl-${arch}`];
  for (const candidate of candidates) {
    try {
      const folder = dirname(require.resolve(`@img/sharp-${candidate}/package`));
      const libvips = dirname(
        createRequire(join(folder, "package.json")).resolve(
          `@img/sharp-libvips-${candidate}/package`,
        ),
      );
      const [own, linked] = await Promise.all([
        filesOf(folder, `sharp-${candidate}`),
        filesOf(libvips, `sharp-libvips-${candidate}`),
      ]);
      return { platform: candidate, files: { ...own, ...linked } };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  throw new UsageError(
    `sharp's native code for ${candidates.join(" or ")} is not installed: run npm ci without --omit=optional.`,
  );
}

async function filesOf(folder: string, name: string): Promise<Files> {
  const paths = (await Array.fromAsync(glob(PATTERN, { cwd: folder }))).toSorted();
  const contents = await Promise.all(paths.map((path) => readFile(join(folder, path))));
  return Object.fromEntries(
    paths.map((path, at) => [`node_modules/@img/${name}/${path}`, contents[at] ?? Buffer.alloc(0)]),
  );
}
