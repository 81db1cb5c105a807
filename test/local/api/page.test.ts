import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "@jest/globals";
import { openPage, type Page, testInBrowser } from "../../browser.ts";
import { strangerOf } from "../../pipeline/stand.ts";
import { type AppStand, openAppStand } from "./app-stand.ts";
import { bomb, phonePhoto, plain } from "./photos.ts";

let folder: string;
let stand: AppStand;
let page: Page;
let photos: Record<string, string>;
let seen = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scones-page-"));
  const contents = {
    "phone.jpg": await phonePhoto(),
    "photo.webp": await plain(2000, 1500, 0.01).webp().toBuffer(),
    "small.png": await plain(32, 32, 0.99).png().toBuffer(),
    "unsure.png": await plain(32, 32, 0.6).png().toBuffer(),
    "cow.png": strangerOf(0.99),
    "text.txt": Buffer.from("no picture"),
    "bomb.png": bomb(),
    "photo.heic": Buffer.concat([Buffer.from("\0\0\0\x18ftypheic"), Buffer.alloc(100)]),
    "large.jpg": Buffer.alloc(20_000_001),
  };
  photos = {};
  for (const [name, content] of Object.entries(contents)) {
    photos[name] = join(folder, name);
    await writeFile(join(folder, name), content);
  }
  stand = await openAppStand();
  page = await openPage(stand.app.url);
  await page.until("document.querySelectorAll('.sample').length === 1");
});

afterAll(async () => {
  await page?.[Symbol.asyncDispose]();
  await stand?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The words of the answer to the photo that was just sent. */
async function answer(): Promise<string> {
  seen += 1;
  await page.until(`document.querySelectorAll("#history-list li").length === ${seen}`);
  return String(await page.evaluate("document.querySelector('#answer').innerText"));
}

testInBrowser("a phone's photo of 12 megapixels, dropped on the page, is routed", async () => {
  await page.drop("#drop", [photos["phone.jpg"] ?? ""]);
  const words = await answer();
  expect(words).toMatch(/^Bicycle\s+Bay\s+A\s+Orders\s+0-2 km\s+98\.\d% sure; 93\.0% is needed$/);
  // What the browser shows of it stands upright.
  const [width, height] = (await page.evaluate(
    "(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight])(document.querySelector('#photo img'))",
  )) as [number, number];
  expect([width, height]).toEqual([3024, 4032]);
});

testInBrowser.each([
  ["photo.webp", /^Motorcycle\s+Bay\s+B\s+Orders\s+2-10 km/],
  ["small.png", /^Bicycle\s+Bay\s+A/],
  ["unsure.png", /^Not sure enough\s+It looks like: bicycle\.\s+60\.0% sure; 93\.0% is needed/],
  ["cow.png", /^No known vehicle\s+It looks like something else than a vehicle/],
  ["text.txt", /^No picture to go by\s+The picture is neither PNG nor JPEG nor WebP\./],
  ["bomb.png", /^No picture to go by\s+The picture declares 30000x30000 pixels/],
  ["photo.heic", /^No picture to go by\s+The picture is HEIC, .* export it as JPEG/],
  ["large.jpg", /^No picture to go by\s+It has 20\.0 MB: at most 20 MB are read\./],
])("%s, chosen, is answered with %s", async (name, words) => {
  await page.choose("#pick", photos[name] ?? "");
  expect(await answer()).toMatch(words);
});

testInBrowser("a test picture is one click away", async () => {
  await page.evaluate("document.querySelector('.sample').click()");
  expect(await answer()).toMatch(/^Not sure enough/);
});

testInBrowser("the history brings a former answer back, by the keyboard too", async () => {
  const summaries = await page.evaluate(
    "[...document.querySelectorAll('.entry .summary')].map(({ innerText }) => innerText)",
  );
  expect(summaries).toEqual([
    "Not sure enough",
    ...Array.from({ length: 4 }, () => "No picture to go by"),
    "No known vehicle",
    "Not sure enough",
    "Bicycle, bay A",
    "Motorcycle, bay B",
    "Bicycle, bay A",
  ]);
  await page.evaluate("document.querySelector('#history-list li:last-child button').focus()");
  const enter = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13, text: "\r" };
  await page.send("Input.dispatchKeyEvent", { type: "keyDown", ...enter });
  await page.send("Input.dispatchKeyEvent", { type: "keyUp", ...enter });
  await page.until("document.querySelector('#answer').innerText.startsWith('Bicycle')");
  expect(await page.evaluate("document.querySelector('#photo img').alt")).toBe(
    "The photo phone.jpg",
  );
});

testInBrowser("on a narrow screen nothing is cut off, and the answer is announced", async () => {
  const phone = { width: 360, height: 740, deviceScaleFactor: 1, mobile: true };
  await page.send("Emulation.setDeviceMetricsOverride", phone);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  const overlap = await page.evaluate(
    "document.querySelector('#photo').getBoundingClientRect().bottom > document.querySelector('#answer').getBoundingClientRect().top",
  );
  expect(overlap).toBe(false);
  expect(await page.evaluate("document.querySelector('#answer').ariaLive")).toBe("polite");
});

testInBrowser("the browser has nothing to complain of but the refusals themselves", () => {
  const refusals = /^Failed to load resource: the server responded with a status of 4(00|13|22) /;
  expect(page.complaints.filter((complaint) => !refusals.test(complaint))).toEqual([]);
});
