import { expect, test } from "@jest/globals";
import { html, trusted } from "../../report/html.ts";

test("what is put in is escaped", () => {
  expect(html`<p title="${'"'}">${"<script>&'"}</p>`.text).toBe(
    '<p title="&quot;">&lt;script&gt;&amp;&#39;</p>',
  );
});

test("HTML in HTML stays, also in lists", () => {
  const items = ["a", "<b>"].map((text) => html`<i>${text}</i>`);
  expect(html`<b>${items}</b>`.text).toBe("<b><i>a</i><i>&lt;b&gt;</i></b>");
  expect(html`${trusted("<svg/>")}`.text).toBe("<svg/>");
});

test("what is absent leaves nothing, zero leaves a zero", () => {
  expect(html`[${undefined}${false}${0}${[]}]`.text).toBe("[0]");
});
