import type { IncomingMessage, ServerResponse } from "node:http";
import { refusalOf } from "../guard.ts";
import { type ApiModel, decode, shapeOf } from "./api-model.ts";
import { type Authority, callerOf, type Check } from "./authority.ts";
import { checksOf, passedRole } from "./authorization.ts";
import { autoscalingOperations } from "./scaling/autoscaling.ts";
import { capacityOperations } from "./endpoint/capacity.ts";
import { domainOperations } from "./domains.ts";
import { endpointConfigOperations } from "./endpoint/endpoint-configs.ts";
import { endpointOperations } from "./endpoint/endpoints.ts";
import { invokeEndpoint } from "./endpoint/invocations.ts";
import { jobDefinitionOperations } from "./monitoring/job-definitions.ts";
import { modelPackageGroupOperations } from "./registry/model-package-groups.ts";
import { modelPackageOperations } from "./registry/model-packages.ts";
import { modelOperations } from "./registry/models.ts";
import { monitoringExecutionOperations } from "./monitoring/monitoring-executions.ts";
import { monitoringScheduleOperations } from "./monitoring/monitoring-schedules.ts";
import { scalingActivityOperations } from "./scaling/scaling-activities.ts";
import { scalingChecksOf } from "./scaling/scaling-authorization.ts";
import { arnOf, type Service } from "./service.ts";
import { tagOperations } from "./tags.ts";
import { trainingJobOperations } from "./training/training-jobs.ts";
import { transformJobOperations } from "./transform/transform-jobs.ts";
import { tuningJobOperations } from "./tuning/tuning-jobs.ts";
import { validationMessage, violations } from "./validation.ts";
import { readBody, sendError, sendJson, ServiceError } from "./wire.ts";

const maxInvocationBytes = 6_291_456;
const maxRequestBytes = 4_194_304;

/** The API models of the three services behind the one port. */
export interface ApiModels {
  readonly sagemaker: ApiModel;
  readonly runtime: ApiModel;
  readonly autoscaling: ApiModel;
}

type Operation = (input: unknown) => unknown;

/** Every operation of the control plane, by its name. */
export function sagemakerOperations(service: Service) {
  return {
    ...trainingJobOperations(service),
    ...tuningJobOperations(service),
    ...transformJobOperations(service),
    ...modelOperations(service),
    ...endpointConfigOperations(service),
    ...endpointOperations(service),
    ...capacityOperations(service),
    ...jobDefinitionOperations(service),
    ...monitoringScheduleOperations(service),
    ...monitoringExecutionOperations(service),
    ...domainOperations(),
    ...modelPackageGroupOperations(service),
    ...modelPackageOperations(service),
    ...tagOperations(service),
  };
}

/** What answers HTTP requests: each is checked against its API model, then given to its operation. */
export function makeRouter(service: Service, models: ApiModels, authority?: Authority) {
  // Each operation's input holds against the model before the operation sees it.
  const planes = [
    {
      model: models.sagemaker,
      operations: sagemakerOperations(service),
      checksOf,
    },
    {
      model: models.autoscaling,
      operations: { ...autoscalingOperations(service), ...scalingActivityOperations(service) },
      checksOf: scalingChecksOf,
    },
  ] as {
    model: ApiModel;
    operations: Readonly<Record<string, Operation>>;
    checksOf: typeof checksOf;
  }[];

  const planeOf = (target: unknown) =>
    planes.find(({ model }) => String(target).startsWith(`${model.metadata.targetPrefix}.`));

  /** @throws ServiceError in IAM's words where the caller may not do it. */
  async function authorize(request: IncomingMessage, checks: readonly Check[]): Promise<void> {
    const refusal = await authority?.authorize(callerOf(request), checks);
    if (refusal === undefined) return;
    throw new ServiceError(refusal.code, refusal.message, { status: 400 });
  }

  async function control(target: string, request: IncomingMessage, response: ServerResponse) {
    const plane = planeOf(target);
    const name = target.split(".")[1] ?? "";
    const operation = plane?.operations[name];
    const shape = plane?.model.operations[name]?.input?.shape;
    if (plane === undefined || operation === undefined || shape === undefined) {
      throw new ServiceError("UnknownOperationException", `The local SageMaker has no ${target}.`);
    }
    const input = parseJson(await readBody(request, maxRequestBytes));
    refuseViolations("ValidationException", violations(plane.model, shape, input));
    await authorize(request, plane.checksOf(service, name, input));
    const role = passedRole(input as Record<string, unknown>);
    if (role !== undefined) await service.roles.check(role, arnOf(service, "*"));
    sendJson(response, await operation(decode(plane.model, shape, input)));
  }

  async function invoke(name: string, request: IncomingMessage, response: ServerResponse) {
    const received = performance.now();
    const Body = await readBody(request, maxInvocationBytes);
    const input = { ...headerMembers(models.runtime, request), EndpointName: name, Body };
    refuseViolations("ValidationError", violations(models.runtime, "InvokeEndpointInput", input));
    await authorize(request, checksOf(service, "InvokeEndpoint", { EndpointName: name }));
    await invokeEndpoint(service, input, { response, received });
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusalOf(request);
    if (refusal !== undefined) throw new ServiceError("Forbidden", refusal, { status: 403 });
    const target = request.headers["x-amz-target"];
    if (typeof target === "string") return control(target, request, response);
    const name = /^\/endpoints\/([^/]+)\/invocations$/.exec(request.url ?? "")?.[1];
    if (name !== undefined) return invoke(decodeURIComponent(name), request, response);
    throw new ServiceError("UnknownOperationException", "", { status: 404 });
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    const model = planeOf(request.headers["x-amz-target"])?.model ?? models.runtime;
    route(request, response).catch((error: unknown) => answerError(model, response, error));
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString() || "{}") as unknown;
  } catch {
    throw new ServiceError("SerializationException", "The request body is not valid JSON.");
  }
}

function refuseViolations(code: string, found: readonly string[]): void {
  if (found.length > 0) throw new ServiceError(code, validationMessage(found));
}

/** InvokeEndpoint's members that travel as headers. */
function headerMembers(model: ApiModel, request: IncomingMessage): Record<string, string> {
  const { members = {} } = shapeOf(model, "InvokeEndpointInput");
  const found = Object.entries(members).flatMap(([name, { location, locationName = "" }]) => {
    const value = request.headers[locationName.toLowerCase()];
    return location === "header" && typeof value === "string" ? [[name, value]] : [];
  });
  return Object.fromEntries(found) as Record<string, string>;
}

function answerError(model: ApiModel, response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const known =
    error instanceof ServiceError
      ? error
      : new ServiceError("InternalFailure", String(error), { status: 500 });
  const shape = model.shapes[known.name];
  // Some services write it large.
  const messageMember = shape?.members && "Message" in shape.members ? "Message" : "message";
  sendError(response, {
    code: known.name,
    status: known.status ?? shape?.error?.httpStatusCode ?? 400,
    members: { [messageMember]: known.message, ...known.members },
  });
}
