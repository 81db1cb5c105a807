import { expect, test } from "@jest/globals";
import { parseProbabilities } from "../../../pipeline/evaluation/probabilities.ts";

test.each(["[0.9,0.1]", '{"prediction":[0.9,0.1]}', '{"prediction":[0.9,0.1]}\n'])(
  "%j is an answer",
  (text) => expect(parseProbabilities(text)).toEqual([0.9, 0.1]),
);

test.each(["", "[0.9,", '"[0.9,0.1]"', "[[0.9,0.1]]", '["0.9","0.1"]', "[null]", "null", "{}"])(
  "%j is no answer",
  (text) => expect(parseProbabilities(text)).toBeUndefined(),
);
