import { expect, test } from "@jest/globals";
import { labelPage } from "../../labels/page.ts";

test("the page shows no markup of a class's name", () => {
  const [picture] = [{ eventId: "a", file: "a.png", predicted: "<b>", confidence: 0.5 }];
  expect(labelPage([picture], ["<script>"], "npm run labels")).not.toMatch(/<b>|value="<script>"/);
});
