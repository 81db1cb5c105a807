import { setTimeout as sleep } from "node:timers/promises";
import { type Endpoint, type PendingDeployment, type Stage, settle } from "./endpoint.ts";
import type { EndpointConfig } from "./endpoint-configs.ts";
import { startFleet, stopFleet } from "./fleet.ts";
import { failureReason, JobFailure } from "../job-failure.ts";
import type { RollbackAlarms } from "./rollback-alarms.ts";
import type { Size } from "./running-variant.ts";
import { runBehind, type Service } from "../service.ts";
import type { Shift, ShiftStep } from "./traffic-shift.ts";

const lookEveryMs = 250;

/** What an update is to do. */
export interface Update {
  readonly config: EndpointConfig;
  /** Of each variant of the new fleet, by its name. */
  readonly sizes: ReadonlyMap<string, Size>;
  readonly shift: Shift;
  readonly alarms: RollbackAlarms;
}

/** Begins to bring an endpoint up with its first configuration: InService, or Failed. */
export function create(service: Service, endpoint: Endpoint, config: EndpointConfig): void {
  const change = async () => {
    try {
      endpoint.fleet = await startFleet(service, endpoint.name, config);
      settle(endpoint, "InService");
    } catch (error) {
      settle(endpoint, "Failed", failureReason(error));
    }
  };
  runBehind(service, change());
}

/**
 * Begins to move an endpoint to another configuration: the new fleet comes up beside the old one, gets
 * the traffic step by step, and the old one ends. Where the new fleet does not come up, an alarm rings
 * or time is up, all traffic goes to the old fleet at once, the new one ends, and the endpoint is
 * InService under its old configuration's name.
 */
export function update(service: Service, endpoint: Endpoint, to: Update): void {
  const { config, sizes } = to;
  const stage = stageOf("Creating", launching);
  const pending = { config, sizes, since: new Date(), active: new Map<string, number>(), stage };
  endpoint.pending = pending;
  settle(endpoint, "Updating");
  const change = async () => {
    try {
      await shiftTraffic(service, endpoint.name, pending, to);
    } catch (error) {
      return rollBack(endpoint, pending, failureReason(error));
    }
    return takeOver(endpoint, pending);
  };
  runBehind(service, change());
}

/** Begins to delete an endpoint; it is gone when its processes are. */
export function remove(service: Service, endpoint: Endpoint): void {
  settle(endpoint, "Deleting");
  const change = async () => {
    if (endpoint.fleet) await stopFleet(endpoint.fleet);
    service.endpoints.delete(endpoint.name);
    service.tags.delete(endpoint.arn);
  };
  runBehind(service, change());
}

/** @throws JobFailure with the reason for which the update is to be rolled back. */
async function shiftTraffic(
  service: Service,
  endpointName: string,
  pending: PendingDeployment,
  { config, sizes, shift, alarms }: Update,
): Promise<void> {
  const deadline = Date.now() + (shift.timeoutSeconds ?? Infinity) * 1000;
  pending.fleet = await startFleet(service, endpointName, config, sizes);
  for (const step of shift.steps) {
    pending.active = step.active;
    pending.stage = baking(step);
    const end = Date.now() + step.bakeSeconds * 1000;
    do {
      const left = Math.max(0, end - Date.now());
      await sleep(Math.min(lookEveryMs, left), undefined, { signal: service.closing });
      await service.metrics.flush();
      const ringing = await alarms.ringing();
      if (ringing.length > 0) throw new JobFailure(alarmed(ringing));
      if (Date.now() > deadline) throw new JobFailure(timedOut(shift.timeoutSeconds));
    } while (Date.now() < end);
  }
}

async function takeOver(endpoint: Endpoint, { config, fleet }: PendingDeployment): Promise<void> {
  const before = endpoint.fleet;
  if (fleet) endpoint.fleet = fleet;
  endpoint.configName = config.request.EndpointConfigName;
  delete endpoint.pending;
  if (before) await stopFleet(before);
  settle(endpoint, "InService");
}

async function rollBack(
  endpoint: Endpoint,
  pending: PendingDeployment,
  reason: string,
): Promise<void> {
  settle(endpoint, "RollingBack", reason);
  pending.active = new Map();
  pending.stage = stageOf("Deleting", terminating);
  if (pending.fleet) await stopFleet(pending.fleet);
  delete endpoint.pending;
  settle(endpoint, "InService", reason);
}

function stageOf(status: Stage["status"], message: Stage["message"]): Stage {
  return { status, since: new Date(), message };
}

function launching(_active: number, total: number): string {
  return `Launching ${total} instance(s).`;
}

function terminating(_active: number, total: number): string {
  return `Terminating ${total} instance(s).`;
}

function baking({ kind, bakeSeconds, bakedBy }: ShiftStep): Stage {
  return stageOf(
    "Baking",
    (active) =>
      `Baking for ${bakeSeconds} seconds (${bakedBy}) with traffic enabled on ${kind} capacity of ` +
      `${active} instance(s).`,
  );
}

function alarmed(names: readonly string[]): string {
  return (
    `The deployment was rolled back because of the CloudWatch alarm(s) ${names.join(", ")} of its ` +
    "auto-rollback configuration, in state ALARM."
  );
}

function timedOut(seconds: number | undefined): string {
  return `The deployment was rolled back because it took longer than ${seconds} seconds.`;
}
