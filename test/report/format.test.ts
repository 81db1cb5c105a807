import { expect, test } from "@jest/globals";
import { chance, count, duration, percent } from "../../report/format.ts";

test.each([
  [percent(0.955), "95.5%"],
  [percent(0.93, 0), "93%"],
  [duration(0.04), "0.0 s"],
  [duration(41.3), "41 s"],
  [duration(200), "3 min 20 s"],
  [count(1200), "1,200"],
  [chance(0.0123), "0.012"],
  [chance(1e-9), "< 0.001"],
])("%s is written as %s", (written, wanted) => {
  expect(written).toBe(wanted);
});
