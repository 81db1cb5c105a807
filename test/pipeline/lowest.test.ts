import { expect, test } from "@jest/globals";
import { Lowest } from "../../pipeline/lowest.ts";

/** What is kept of these ranks, each with its place in the stream. */
function keep(size: number, ranks: readonly number[]): string[] {
  const lowest = new Lowest<string>(size);
  ranks.forEach((rank, at) => lowest.offer(rank, `${rank} at ${at}`));
  return lowest.items();
}

test("of a stream those of the lowest rank are kept, in their order", () => {
  expect(keep(3, [5, 9, 1, 8, 2, 7, 3, 6, 4])).toEqual(["1 at 2", "2 at 4", "3 at 6"]);
});

test("of equal ones the first are kept", () => {
  expect(keep(2, [1, 1, 1, 1, 1, 1])).toEqual(["1 at 0", "1 at 1"]);
});

test("fewer than asked for are all kept", () => {
  expect(keep(5, [2, 1])).toEqual(["1 at 1", "2 at 0"]);
});

test("a rank that can't be among them any more is said", () => {
  const lowest = new Lowest<number>(2);
  for (const rank of [4, 3, 2, 1]) lowest.offer(rank, rank);
  expect([lowest.takes(1.5), lowest.takes(2), lowest.takes(9)]).toEqual([true, false, false]);
});
