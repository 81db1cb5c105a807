import { expect, test } from "@jest/globals";
import { parseS3Uri } from "../../pipeline/s3.ts";

test.each([
  ["s3://a/b/c.json", "b/c.json"],
  ["s3://a/b c #2/why?.png", "b c #2/why?.png"],
  ["s3://a/b%20c", "b%20c"],
  ["s3://a/b/", "b/"],
  ["s3://a/", ""],
  ["s3://a", ""],
])("the key of %s is taken as it stands: %j", (uri, key) => {
  expect(parseS3Uri(uri)).toEqual({ bucket: "a", key });
});

test.each(["https://a/b", "s3:///b", "a/b", ""])("%j is no S3 URI", (uri) => {
  expect(() => parseS3Uri(uri)).toThrow(`"${uri}" is not an S3 URI (s3://bucket/key).`);
});
