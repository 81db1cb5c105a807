import { blocks, escape } from "./markdown.ts";

/** Why a step failed, line by line. */
export function failureSummary(title: string, message: string): string {
  return blocks(`## ❌ ${escape(title)}`, ...message.split("\n").map(escape));
}
