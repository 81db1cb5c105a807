import { execFile } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "@jest/globals";
import { renderReport } from "../../report/render.ts";
import { browser, flags, testInBrowser } from "../browser.ts";
import { createReport } from "./report-fixture.ts";

testInBrowser.each([
  ["light", 1],
  ["dark", 0],
])(
  "Chromium, where there is one, shows the report in %s without a complaint",
  async (_, scheme) => {
    const folder = await mkdtemp(join(tmpdir(), "scones-report-"));
    try {
      const file = join(folder, "report.html");
      await writeFile(file, await renderReport(createReport()));
      const { stderr } = await promisify(execFile)(browser ?? "", [
        ...flags(join(folder, "profile")),
        "--enable-logging=stderr",
        "--log-level=0",
        `--blink-settings=preferredColorScheme=${scheme}`,
        "--window-size=1280,2400",
        `--screenshot=${join(folder, "report.png")}`,
        `file://${file}`,
      ]);
      expect(stderr.split("\n").filter((line) => line.includes(":CONSOLE"))).toEqual([]);
      expect((await stat(join(folder, "report.png"))).size).toBeGreaterThan(50_000);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  },
);
