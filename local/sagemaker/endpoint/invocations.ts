import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { InvokeEndpointCommandInput } from "@aws-sdk/client-sagemaker-runtime";
import type { Endpoint } from "./endpoint.ts";
import type { Fleet } from "./fleet.ts";
import { ANSWER_LIMIT_MS, type ContainerAnswer } from "./model-server.ts";
import { arnOf, type Service } from "../service.ts";
import { chooseRoute, type Route } from "./traffic.ts";
import { send, ServiceError } from "../wire.ts";
import { messageOf } from "../../../pipeline/errors.ts";

/** InvokeEndpoint's input, checked against the API model. */
type InvokeRequest = Omit<InvokeEndpointCommandInput, "Body" | "EndpointName"> & {
  readonly EndpointName: string;
  readonly Body: Buffer;
};

/**
 * InvokeEndpoint: sends the body to one of the endpoint's instances and answers what it answers.
 * @throws ServiceError ValidationError where nothing serves under the name; ModelError (424) with
 *   the container's own status and message where it refuses.
 */
export async function invokeEndpoint(
  service: Service,
  request: InvokeRequest,
  { response, received }: { response: ServerResponse; received: number },
): Promise<void> {
  const { endpoint, fleet } = findServing(service, request.EndpointName);
  const route = chooseRoute(endpoint, fleet, request.TargetVariant);
  const asked = performance.now();
  const [outcome] = await Promise.allSettled([ask(service, route, request)]);
  measure(service, endpoint, route, { outcome, received, asked });
  if (outcome.status === "rejected") throw outcome.reason;
  const answer = outcome.value;
  if (answer.status !== 200) throw modelError(service, request.EndpointName, answer);
  const contentType = answer.headers["content-type"] ?? "application/octet-stream";
  const { capture, variant } = route.running;
  capture?.record({
    input: { contentType: request.ContentType ?? "application/octet-stream", body: request.Body },
    output: { contentType, body: answer.body },
    inferenceId: request.InferenceId,
    customAttributes: request.CustomAttributes,
  });
  send(response, 200, answerHeaders(answer.headers, contentType, variant.VariantName), answer.body);
}

/** Tells the metrics and the scaler of a request that a variant was asked. */
function measure(
  service: Service,
  { name }: Endpoint,
  { fleet, running }: Route,
  {
    outcome,
    received,
    asked,
  }: { outcome: PromiseSettledResult<ContainerAnswer>; received: number; asked: number },
): void {
  const now = performance.now();
  const variantName = running.variant.VariantName;
  const instances = running.instances.length;
  service.scaler.count(`endpoint/${name}/variant/${variantName}`, instances);
  service.metrics.record({
    endpointName: name,
    variantName,
    configName: fleet.config.request.EndpointConfigName,
    instances,
    status: outcome.status === "fulfilled" ? outcome.value.status : undefined,
    modelMs: now - asked,
    overheadMs: asked - received,
  });
}

function findServing(
  { endpoints, account }: Service,
  name: string,
): { endpoint: Endpoint; fleet: Fleet } {
  const endpoint = endpoints.get(name);
  if (endpoint?.fleet !== undefined && endpoint.status !== "Deleting") {
    return { endpoint, fleet: endpoint.fleet };
  }
  throw new ServiceError("ValidationError", `Endpoint ${name} of account ${account} not found.`);
}

async function ask(
  service: Service,
  { instance, running }: Route,
  request: InvokeRequest,
): Promise<ContainerAnswer> {
  if (instance === undefined) {
    throw new ServiceError(
      "ServiceUnavailable",
      `No instance of variant ${running.variant.VariantName} is up; its container is starting again.`,
    );
  }
  const headers = {
    "content-type": request.ContentType,
    accept: request.Accept,
    "x-amzn-sagemaker-custom-attributes": request.CustomAttributes,
    "content-length": String(request.Body.length),
  };
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  const tooLong = AbortSignal.timeout(ANSWER_LIMIT_MS);
  try {
    return await instance.invoke(Object.fromEntries(given), request.Body, tooLong);
  } catch (cause) {
    if (tooLong.aborted) throw modelError(service, request.EndpointName, timedOut);
    const why = messageOf(cause);
    throw new ServiceError("ServiceUnavailable", `The container does not answer: ${why}`);
  }
}

/** What AWS tells of a model that takes longer than a minute. */
const timedOut = {
  status: 0,
  body: Buffer.from(
    "Your invocation timed out while waiting for a response from container primary. Review the " +
      "latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again.",
  ),
};

function modelError(
  service: Service,
  endpoint: string,
  { status, body }: Pick<ContainerAnswer, "status" | "body">,
) {
  const original = body.toString();
  const group = `/aws/sagemaker/Endpoints/${endpoint}`;
  const { region, account } = service;
  const kind = status >= 400 && status < 500 ? "client" : "server";
  return new ServiceError(
    "ModelError",
    `Received ${kind} error (${status}) from primary with message "${original}". See ` +
      `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}` +
      `#logEventViewer:group=${group} in account ${account} for more information.`,
    {
      members: {
        ErrorCode: `${kind.toUpperCase()}_ERROR_FROM_MODEL`,
        OriginalStatusCode: status,
        OriginalMessage: original,
        LogStreamArn: arnOf(service, `log-group:${group}`).replace(":sagemaker:", ":logs:"),
      },
    },
  );
}

function answerHeaders(
  headers: IncomingHttpHeaders,
  contentType: string,
  variantName: string,
): Record<string, string> {
  const attributes = headers["x-amzn-sagemaker-custom-attributes"];
  return {
    "content-type": contentType,
    "x-amzn-invoked-production-variant": variantName,
    ...(typeof attributes === "string" && { "x-amzn-sagemaker-custom-attributes": attributes }),
  };
}
