import { expect, test } from "@jest/globals";
import { type ListQuery, listPage } from "../../../local/sagemaker/listing.ts";

const things = ["d", "a", "c", "b"].map((name, index) => ({
  name,
  created: new Date(1000 + index),
  status: name < "c" ? "InService" : "Failed",
}));

const names = (query: ListQuery) =>
  listPage(things, query, "Descending", (thing) => thing).page.map(({ name }) => name);

test("things are listed by time of creation, by name or by status, in the order asked for", () => {
  expect(names({})).toEqual(["b", "c", "a", "d"]);
  expect(names({ SortOrder: "Ascending" })).toEqual(["d", "a", "c", "b"]);
  expect(names({ SortBy: "Name" })).toEqual(["d", "c", "b", "a"]);
  expect(names({ SortBy: "Status", SortOrder: "Ascending" })).toEqual(["c", "d", "a", "b"]);
});

test("things are filtered by name, status and time", () => {
  expect(names({ NameContains: "c" })).toEqual(["c"]);
  expect(names({ StatusEquals: "Failed" })).toEqual(["c", "d"]);
  expect(names({ CreationTimeAfter: new Date(1002) })).toEqual(["b", "c"]);
  expect(names({ CreationTimeBefore: new Date(1001) })).toEqual(["a", "d"]);
});

test("a page goes on behind the last one, although things came and went in between", () => {
  const query = { SortBy: "Name", SortOrder: "Ascending", MaxResults: 2 };
  const first = listPage(things, query, "Descending", (thing) => thing);
  expect(first.page.map(({ name }) => name)).toEqual(["a", "b"]);
  const changed = [...things.slice(1), { name: "ab", created: new Date(), status: "Failed" }];
  const next = { ...query, NextToken: first.NextToken };
  const second = listPage(changed, next, "Descending", (thing) => thing);
  expect(second.page.map(({ name }) => name)).toEqual(["c"]);
  expect(second.NextToken).toBeUndefined();
});

test("a token that is none is refused", () => {
  expect(() => names({ NextToken: "page 2" })).toThrow("Invalid pagination token given.");
});
