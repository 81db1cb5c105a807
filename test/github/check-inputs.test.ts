import { expect, test } from "@jest/globals";
import { ceilings, requireWithin } from "../../.github/actions/check-inputs/ceilings.ts";
import { parseConfig } from "../../pipeline/config.ts";
import { runAction } from "../actions/run-action.ts";

const check = async (inputs: Record<string, string>) => {
  const { code, annotations } = await runAction("check-inputs", inputs, {
    actions: new URL("../../.github/actions/", import.meta.url),
    workspace: process.cwd(),
  });
  return [code, ...annotations.map(({ message }) => message)];
};

test("what pipeline.yml is asked for is checked before anything is paid for", async () => {
  expect(await check({ accuracy: "", "keep-for": "" })).toEqual([0]);
  expect(await check({ accuracy: "1", "keep-for": "1.5" })).toEqual([0]);
  const staging = { environment: "staging", "default-environment": "production" };
  expect(await check({ "keep-for": "unchanged", ...staging })).toEqual([0]);
});

test.each([
  [{ accuracy: "97" }, /97: the gate of pipeline.yaml is .* can be raised, up to 1, never lowered/],
  [
    { accuracy: "0.9" },
    /the gate of pipeline.yaml is [\d.]+; it can be raised, up to 1, never lowered/,
  ],
  [{ "keep-for": "2h" }, /Input keep-for: "2h": expected a number above 0/],
  [{ "keep-for": "1e12" }, /at most 8760 hours, a year/],
  [
    { environment: "staging", "default-environment": "demo" },
    /pipeline.yaml names the environment production, .* deploy to demo: .*SCONES_ENVIRONMENT/,
  ],
  [{ environment: "Pro duction" }, /Input environment: "Pro duction"/],
])("%j is refused", async (inputs, reason) => {
  expect(await check(inputs)).toEqual([1, expect.stringMatching(reason)]);
});

/** As check-inputs looks at a configuration with these waits. */
const asked = (evaluation: number, endpoint: number) =>
  requireWithin(
    parseConfig(
      `evaluation: { maxRuntimeMinutes: ${evaluation} }\nendpoint: { maxWaitMinutes: ${endpoint} }`,
    ),
    "pipeline.yaml",
  );

test("a wait that the jobs are too short for is refused, and one at the ceiling taken", () => {
  expect(() => asked(ceilings.evaluation, ceilings.endpoint)).not.toThrow();
  expect(() => asked(ceilings.evaluation + 1, ceilings.endpoint + 1)).toThrow(
    /^pipeline.yaml: evaluation.maxRuntimeMinutes: 81: .* at most 80 .*\npipeline.yaml: endpoint.maxWaitMinutes: 121: /,
  );
});
