import { expect, test } from "@jest/globals";
import type { Endpoint } from "../../../../local/sagemaker/endpoint/endpoint.ts";
import type { Fleet } from "../../../../local/sagemaker/endpoint/fleet.ts";
import { chooseRoute } from "../../../../local/sagemaker/endpoint/traffic.ts";

const draws = 6000;

/** A fleet of one variant on so many instances, of which the numbers `down` are down. */
function fleetOf(count: number, down: readonly number[] = [], more = {}): Fleet {
  const instances = Array.from({ length: count }, (_, number) => ({
    number,
    isUp: !down.includes(number),
    inFlight: count - number,
  }));
  const variant = { VariantName: "AllTraffic", ...more };
  return { variants: [{ variant, weight: 1, instances }] } as unknown as Fleet;
}

/** How often each instance is chosen, from 0 to 1, as `blue-<n>` or `green-<n>`. */
function shares(blue: Fleet, green?: { fleet: Fleet; active: number }): Record<string, number> {
  const pending = green && { fleet: green.fleet, active: new Map([["AllTraffic", green.active]]) };
  const endpoint = { fleet: blue, pending } as unknown as Endpoint;
  const found: Record<string, number> = {};
  for (let drawn = 0; drawn < draws; drawn++) {
    const { fleet, instance } = chooseRoute(endpoint, blue);
    const { number } = instance as unknown as { number: number };
    const key = `${fleet === blue ? "blue" : "green"}-${number}`;
    found[key] = (found[key] ?? 0) + 1 / draws;
  }
  return found;
}

const about = (share: number) => expect.closeTo(share, 1);

test("instances share the requests equally; one that is down gets none", () => {
  const third = about(1 / 3);
  expect(shares(fleetOf(3))).toEqual({ "blue-0": third, "blue-1": third, "blue-2": third });
  expect(shares(fleetOf(3, [1]))).toEqual({ "blue-0": about(1 / 2), "blue-2": about(1 / 2) });
});

test("where the variant says so, a request goes to the instance with the fewest under way", () => {
  const RoutingConfig = { RoutingStrategy: "LEAST_OUTSTANDING_REQUESTS" };
  expect(shares(fleetOf(3, [2], { RoutingConfig }))).toEqual({ "blue-1": about(1) });
});

test("the new fleet's share is that of its instances with traffic on, and as many old ones rest", () => {
  const quarter = about(1 / 4);
  expect(shares(fleetOf(4), { fleet: fleetOf(4), active: 1 })).toEqual({
    "green-0": quarter,
    "blue-0": quarter,
    "blue-1": quarter,
    "blue-2": quarter,
  });
});

test("fleets of different sizes share by what is on of the new one", () => {
  expect(shares(fleetOf(1), { fleet: fleetOf(2), active: 1 })).toEqual({
    "green-0": about(1 / 2),
    "blue-0": about(1 / 2),
  });
});

test("before the shift the old fleet has all requests, after it the new one", () => {
  expect(shares(fleetOf(1), { fleet: fleetOf(1), active: 0 })).toEqual({ "blue-0": about(1) });
  expect(shares(fleetOf(1), { fleet: fleetOf(1), active: 1 })).toEqual({ "green-0": about(1) });
});

test("an old instance at rest stands in where the others are down", () => {
  expect(shares(fleetOf(2, [0]), { fleet: fleetOf(2), active: 1 })).toEqual({
    "green-0": about(1 / 2),
    "blue-1": about(1 / 2),
  });
});
