import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Counts the starts of a training in its checkpoints, as `start-<n>`, of which it keeps the last. */
export function countStart(root: string): void {
  const folder = path.join(root, "checkpoints");
  if (!existsSync(folder)) return;
  const before = readdirSync(folder);
  const start = 1 + Math.max(0, ...before.map((name) => Number(name.split("-")[1])));
  for (const name of before) rmSync(path.join(folder, name));
  writeFileSync(path.join(folder, `start-${start}`), "");
}
