import { type Command, CommanderError } from "commander";
import type { Override } from "../pipeline/config.ts";

/**
 * Reads a command line. commander prints help or the complaint itself.
 * @param check may call `command.error` on options that do not go together.
 * @returns the options, or the exit code (0 after --help, 2 after a mistake) where there is nothing to do.
 */
export function readCommandLine<Options extends object>(
  command: Command,
  argv: readonly string[],
  check: (options: Options) => void = () => {},
): Options | number {
  try {
    command.exitOverride().parse(argv, { from: "user" });
    const options = command.opts<Options>();
    check(options);
    return options;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/** The fields of the configuration that options of the same names override, where they are given. */
export function overridesOf<Name extends string>(
  options: { readonly [Each in Name]?: unknown },
  names: readonly Name[],
): Override[] {
  return names
    .map((name) => ({ path: [name], value: options[name], from: `--${name}` }))
    .filter(({ value }) => value !== undefined);
}

/** The configuration where none is named. */
export const CONFIG = "pipeline.yaml";

/** Options as they would be typed again, each with a space before it; those that are not given, and the CONFIG, are left out. */
export function typed(options: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(options)
    .filter(([name, value]) => name !== "config" || value !== CONFIG)
    .map(([name, value]) => (value === undefined ? "" : ` --${name} ${quoted(value)}`))
    .join("");
}

function quoted(value: string): string {
  return /^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
