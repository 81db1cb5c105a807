import { expect, test } from "@jest/globals";
import {
  type Tracked,
  wantedInstances,
} from "../../../../local/sagemaker/scaling/scaling-decision.ts";

const minutes = (value: number, count: number) => Array.from({ length: count }, () => value);

test.each<[string, Partial<Tracked>, number]>([
  ["two minutes over the target are no reason yet", { minutes: minutes(250, 2) }, 2],
  ["three are, and instances follow the metric", { minutes: minutes(250, 3) }, 5],
  ["the last minute counts", { minutes: [110, 500, 500] }, 3],
  ["a minute at the target breaks the row", { minutes: [250, 100, 250] }, 2],
  ["fourteen idle minutes are no reason yet", { minutes: minutes(0, 14) }, 2],
  ["fifteen are", { minutes: minutes(0, 15) }, 0],
  ["just under the target nothing is taken away", { current: 4, minutes: minutes(91, 15) }, 4],
  ["half of the target needs half of the instances", { current: 4, minutes: minutes(50, 15) }, 2],
  ["scaling in can be ruled out", { minutes: minutes(0, 15), disableScaleIn: true }, 2],
  [
    "the scale-out cooldown is five minutes",
    { minutes: minutes(150, 3), lastOut: { ageSeconds: 299, instances: 1 } },
    2,
  ],
  [
    "after it, more are added",
    { minutes: minutes(150, 3), lastOut: { ageSeconds: 300, instances: 1 } },
    3,
  ],
  [
    "in it a larger scale-out counts, less what was added",
    { minutes: minutes(250, 3), lastOut: { ageSeconds: 1, instances: 1 } },
    4,
  ],
  [
    "a cooldown of the policy's own",
    { minutes: minutes(150, 3), scaleOutCooldown: 60, lastOut: { ageSeconds: 61, instances: 1 } },
    3,
  ],
  [
    "the scale-in cooldown",
    { minutes: minutes(0, 15), lastIn: { ageSeconds: 299, instances: 1 } },
    2,
  ],
  [
    "a scale-in does not keep from scaling out",
    { minutes: minutes(250, 3), lastIn: { ageSeconds: 1, instances: 1 } },
    5,
  ],
])("%s", (_, tracked, expected) => {
  expect(wantedInstances({ current: 2, target: 100, minutes: [], ...tracked })).toBe(expected);
});
