import { expect, test } from "@jest/globals";
import { renderMonitoring } from "../../../report/monitoring/render-monitoring.ts";
import { createMonitoring } from "../monitoring-fixture.ts";

const drifted = await createMonitoring({ records: 600, nightFrom: 0.5 });
const page = await renderMonitoring(drifted);

test("a window needs nothing from outside and runs no script", () => {
  expect(page).toMatch(/Content-Security-Policy"\s+content="default-src 'none'/);
  expect(page).not.toMatch(/<script|<link|@import|url\(/i);
  expect(page).not.toMatch(/(src|href|data)="(?!data:|#)/);
});

test("drift says in large since when and in what, those features first", () => {
  expect(page).toContain("<h2>Drift at the endpoint</h2>");
  expect(page).toMatch(/most likely since\s+<time datetime="2026-01-02T12:00:00.000Z"/);
  const order = [...page.matchAll(/<figure class="(drifted)?">/g)].map(([, found]) => found);
  const drifting = order.filter((found) => found !== undefined).length;
  expect(drifting).toBeGreaterThan(2);
  expect(order.slice(0, drifting)).not.toContain(undefined);
});

test("every chart has its words, and the numbers over time are a table", () => {
  const labels = page.match(/role="img"\s+aria-label="[^"]{20,}"/g) ?? [];
  // The broad one is drawn twice, for a wide page and for a phone.
  expect(page.match(/<svg /g)?.length).toBe(labels.length + 1);
  expect(page.match(/<th scope="row" class="number">2026-01-0[23] /g)?.length).toBe(
    drifted.seen.timeline.moments.length,
  );
});

test("the pictures behind the numbers are there in three kinds, each once", () => {
  for (const title of ["Least sure", "Most unlike the test pictures", "Newest"]) {
    expect(page).toContain(`<h3>${title}</h3>`);
  }
  expect(page.match(/<img\s/g)).toHaveLength(24);
});

test("a class's name is escaped wherever it stands", async () => {
  const hostile = await renderMonitoring({ ...drifted, classes: ["<i>a</i>", '"b"'] });
  expect(hostile).not.toMatch(/<i>a|""b"/);
  expect(hostile).toContain("&lt;i&gt;a&lt;/i&gt;");
});

test("too few answers are shown, and not compared", async () => {
  const few = await renderMonitoring(await createMonitoring({ records: 7 }));
  expect(few).toContain("7 of the at least 20 answers that are needed to say anything.");
  expect(few).toContain("Confidence over time");
  expect(few).not.toMatch(/Then and now|How far from|NaN|undefined/);
});

test("no answers, no pictures and no endpoint leave a page that says so", async () => {
  const empty = await createMonitoring({ records: 0 }, { deployments: [] });
  const nothing = await renderMonitoring(empty);
  expect(nothing).toContain("None: nothing was captured in this window");
  expect(nothing).not.toMatch(/<svg|Deployments|NaN|undefined/);
  const blind = await renderMonitoring(await createMonitoring({ records: 60, pictures: false }));
  expect(blind).toContain("or no picture of it can be decoded");
});

test("a report is the same for the same captures", async () => {
  expect(await renderMonitoring(drifted)).toBe(page);
});
