import { expect, test } from "@jest/globals";
import { parseEvent } from "../../lambdas/event.ts";

const event = { s3_bucket: "b", s3_key: "test/bicycle_s_000513.png" };

test("an event is read, with and without what is still empty", () => {
  const whole = { image_data: "", ...event, inferences: [] };
  expect(parseEvent(whole)).toEqual(whole);
  expect(parseEvent(event)).toEqual(whole);
  expect(parseEvent({ ...event, more: 1 })).toEqual(whole);
});

test("an inference id goes with the event", () => {
  expect(parseEvent({ ...event, inference_id: "a-1" })).toMatchObject({ inference_id: "a-1" });
});

test.each([
  [undefined, "the event is not an object"],
  ["text", "the event is not an object"],
  [{ s3_key: "k" }, "s3_bucket is missing"],
  [{ s3_bucket: "b" }, "s3_key is missing"],
  [{ ...event, image_data: 1 }, "image_data is not a string"],
  [{ ...event, inferences: "[0.1, 0.9]" }, "inferences are not a list of probabilities"],
  [{ ...event, inferences: [0.5, Number.NaN] }, "inferences are not a list of probabilities"],
  [{ ...event, inference_id: "" }, "inference_id is not 1 to 64 ASCII characters"],
  [{ ...event, inference_id: 7 }, "inference_id is not 1 to 64 ASCII characters"],
  [{ ...event, inferences: [1.5] }, "inferences are not a list of probabilities"],
])("the event %j is refused", (wrong, reason) => {
  expect(() => parseEvent(wrong)).toThrow(reason);
});
