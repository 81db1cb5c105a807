import { expect, test } from "@jest/globals";
import { closedSummary, openedSummary } from "../../../actions/summary/studio.ts";

test("a Studio that was put up says how to get in", () => {
  const opened = { change: "created", domainId: "d-1", userProfileName: "scientist" } as const;
  expect(openedSummary(opened)).toMatch(
    /create-presigned-domain-url .*--domain-id d-1 --user-profile-name scientist\n```/s,
  );
});

test("a Studio that was taken down says what of it was there", () => {
  const deleted = [{ kind: "studio domain", name: "d-1" }] as const;
  expect(closedSummary(deleted)).toMatch(/\*\*1 deleted\*\*.*<code>d-1<\/code>/s);
  expect(closedSummary([])).toContain("Nothing of it was there.");
});
