import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { fieldsOf } from "../../labels/csv.ts";
import { writePictures } from "../../labels/write-pictures.ts";

test("ids that differ in punctuation or case alone have a picture each, on the page and in the table", async () => {
  const folder = await mkdtemp(join(tmpdir(), "scones-pictures-"));
  try {
    const ids = ["order/7", "order.7", "ORDER.7", "../order"];
    const chosen = ids.map((eventId) => ({
      eventId,
      time: new Date(0),
      picture: Buffer.from(eventId),
      predicted: "bicycle",
      confidence: 0.5,
    }));
    const table = await writePictures(folder, chosen, {
      classes: ["bicycle"],
      upload: (file) => `npm run labels -- --environment local ${file}`,
    });
    const page = await readFile(join(folder, "index.html"), "utf8");
    expect(page).toContain("<code>npm run labels -- --environment local labels.csv</code>");
    const [, ...rows] = (await readFile(table, "utf8")).trimEnd().split("\n").map(fieldsOf);
    const files = rows.map((row) => row.at(-1)?.toLowerCase() ?? "");
    expect(new Set(files).size).toBe(ids.length);
    for (const [eventId = "", , , , , file = ""] of rows) {
      expect(await readFile(join(folder, file), "utf8")).toBe(eventId);
      expect(page).toContain(`src="${file}" alt="Captured picture ${eventId}"`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
