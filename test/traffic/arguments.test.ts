import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { parseArguments } from "../../traffic/arguments.ts";

let said = "";
beforeEach(() => {
  said = "";
  const say = (text: string | Uint8Array) => (said += String(text)) !== "";
  jest.spyOn(process.stdout, "write").mockImplementation(say);
  jest.spyOn(process.stderr, "write").mockImplementation(say);
});
afterEach(() => void jest.restoreAllMocks());

test("without arguments ten clear pictures a second go to the state machine for a minute", () => {
  expect(parseArguments([])).toEqual({
    rate: 10,
    for: 60,
    drift: 0,
    strangers: 0,
    seed: 1,
    to: "state-machine",
    config: "pipeline.yaml",
  });
});

test.each([
  ["60s", 60],
  ["1.5m", 90],
  ["1h", 3600],
  ["30", 30],
])("--for %s is %d seconds", (text, seconds) => {
  expect(parseArguments(["--for", text])).toMatchObject({ for: seconds });
});

test.each([
  [["--rate", "0"], '"0" is not from 0.01 to 200 pictures a second'],
  [["--rate", "201"], '"201" is not from 0.01 to 200 pictures a second'],
  [["--rate", "fast"], '"fast" is not from'],
  [["--for", "2h"], '"2h" is not from 1 to 3600 seconds'],
  [["--for", "1d"], '"1d" is not from'],
  [["--for", ""], '"" is not from'],
  [["--drift", "30"], '"30" is not from 0 to 1 as a share'],
  [["--strangers", "2"], '"2" is not from 0 to 1 as a share'],
  [["--drift", "0.6", "--strangers", "0.5"], "--drift and --strangers are more than 1 together"],
  [["--seed", "-1"], '"-1" is no whole number'],
  [["--to", "moon"], "Allowed choices are endpoint, state-machine, fleet"],
  [["--fast"], "unknown option '--fast'"],
])("%j is refused, and told why", (argv, reason) => {
  expect(parseArguments(argv)).toBe(2);
  expect(said).toContain(reason);
});

test("--help says what it costs and ends well", () => {
  expect(parseArguments(["--help"])).toBe(0);
  expect(said).toContain("half a US cent");
});
