import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect } from "@jest/globals";
import { renderEvaluation } from "../../report/evaluation/render-evaluation.ts";
import { renderMonitoring } from "../../report/monitoring/render-monitoring.ts";
import { renderReport } from "../../report/render.ts";
import { browser, openPage, type Page, testInBrowser } from "../browser.ts";
import { createMonitoring } from "./monitoring-fixture.ts";
import { createEvaluationDocument, createReport } from "./report-fixture.ts";

let folder: string;
let page: Page;

beforeAll(async () => {
  if (browser === undefined) return;
  folder = await mkdtemp(join(tmpdir(), "scones-report-"));
  page = await openPage("about:blank");
});

afterAll(async () => {
  if (browser === undefined) return;
  await page[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const reports: Readonly<Record<string, () => Promise<string>>> = {
  "a run": () => renderReport(createReport()),
  "an evaluation": () => renderEvaluation(createEvaluationDocument(17)),
  "a drifted window": async () =>
    renderMonitoring(await createMonitoring({ records: 400, nightFrom: 0.5 })),
  "an empty window": async () => renderMonitoring(await createMonitoring({ records: 0 })),
};

testInBrowser.each(Object.keys(reports))(
  "the report of %s fits a phone and a wide page, in light and dark, without a complaint",
  async (name) => {
    const file = join(folder, `${name}.html`);
    await writeFile(file, (await reports[name]?.()) ?? "");
    const { href, pathname } = pathToFileURL(file);
    await page.send("Page.navigate", { url: href });
    await page.until(`document.readyState === "complete" && location.pathname === "${pathname}"`);
    for (const width of [360, 1280]) {
      const size = { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 };
      await page.send("Emulation.setDeviceMetricsOverride", size);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
        width,
      );
      expect(await page.evaluate(OVERFLOWING)).toEqual([]);
      expect(await page.evaluate(HEADINGS)).toEqual([]);
      const [light, dark] = [await shot("light"), await shot("dark")];
      expect(light.length).toBeGreaterThan(5_000);
      expect(dark).not.toBe(light);
    }
    expect(page.complaints).toEqual([]);
  },
);

/** What reaches beyond its section, but for what scrolls on its own. */
const OVERFLOWING = `[...document.querySelectorAll("section *")]
  .filter((each) => each.closest(".wide, svg, .scale, .unseen") === null)
  .filter((each) => each.getBoundingClientRect().right > each.closest("section").getBoundingClientRect().right + 1)
  .map((each) => each.outerHTML.slice(0, 80))`;

/** Headings that skip a level. */
const HEADINGS = `[...document.querySelectorAll("h1, h2, h3, h4")]
  .filter((each, at, all) => Number(each.tagName[1]) > Number(all[at - 1]?.tagName[1] ?? 0) + 1)
  .map((each) => each.textContent)`;

async function shot(scheme: "light" | "dark"): Promise<string> {
  const features = [{ name: "prefers-color-scheme", value: scheme }];
  await page.send("Emulation.setEmulatedMedia", { features });
  const { data } = await page.send("Page.captureScreenshot", { format: "png" });
  return String(data);
}
