import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { InvokeEndpointCommandInput } from "@aws-sdk/client-sagemaker-runtime";
import type { Fleet, RunningVariant } from "./fleet.ts";
import type { ContainerAnswer } from "./model-server.ts";
import { arnOf, type Service } from "./service.ts";
import { send, ServiceError } from "./wire.ts";

/** InvokeEndpoint's input, checked against the API model. */
export type InvokeRequest = Omit<InvokeEndpointCommandInput, "Body" | "EndpointName"> & {
  readonly EndpointName: string;
  readonly Body: Buffer;
};

/**
 * InvokeEndpoint: sends the body to one of the endpoint's variants and answers what it answers.
 * @throws ServiceError ValidationError where nothing serves under the name; ModelError (424) with
 *   the container's own status and message where it refuses.
 */
export async function invokeEndpoint(
  service: Service,
  request: InvokeRequest,
  response: ServerResponse,
): Promise<void> {
  const running = pickVariant(findFleet(service, request.EndpointName), request.TargetVariant);
  const answer = await ask(running, request);
  if (answer.status !== 200) throw modelError(service, request.EndpointName, answer);
  const contentType = answer.headers["content-type"] ?? "application/octet-stream";
  running.capture?.record({
    input: { contentType: request.ContentType ?? "application/octet-stream", body: request.Body },
    output: { contentType, body: answer.body },
    inferenceId: request.InferenceId,
    customAttributes: request.CustomAttributes,
  });
  send(response, 200, answerHeaders(answer.headers, contentType, running), answer.body);
}

function findFleet({ endpoints, account }: Service, name: string): Fleet {
  const endpoint = endpoints.get(name);
  if (endpoint?.fleet !== undefined && endpoint.status !== "Deleting") return endpoint.fleet;
  throw new ServiceError("ValidationError", `Endpoint ${name} of account ${account} not found.`);
}

/** The variant asked for, or one by chance in proportion to the weights. */
function pickVariant({ variants }: Fleet, target: string | undefined): RunningVariant {
  if (target !== undefined) {
    const found = variants.find(({ variant }) => variant.VariantName === target);
    if (found !== undefined) return found;
    throw new ServiceError("ValidationError", `Variant ${target} not found for Request.`);
  }
  const total = variants.reduce((sum, { variant }) => sum + variant.InitialVariantWeight, 0);
  let left = Math.random() * total;
  const picked = variants.find(({ variant }) => (left -= variant.InitialVariantWeight) < 0);
  if (picked !== undefined) return picked;
  throw new ServiceError("ValidationError", "No variant of the endpoint has a weight above 0.");
}

async function ask({ server }: RunningVariant, request: InvokeRequest): Promise<ContainerAnswer> {
  const headers = {
    "content-type": request.ContentType,
    accept: request.Accept,
    "x-amzn-sagemaker-custom-attributes": request.CustomAttributes,
    "content-length": String(request.Body.length),
  };
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  return server.invoke(Object.fromEntries(given), request.Body).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError("ServiceUnavailable", `The container does not answer: ${why}`);
  });
}

function modelError(service: Service, endpoint: string, { status, body }: ContainerAnswer) {
  const original = body.toString();
  const group = `/aws/sagemaker/Endpoints/${endpoint}`;
  const { region, account } = service;
  const kind = status < 500 ? "client" : "server";
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
  { variant }: RunningVariant,
): Record<string, string> {
  const attributes = headers["x-amzn-sagemaker-custom-attributes"];
  return {
    "content-type": contentType,
    "x-amzn-invoked-production-variant": variant.VariantName,
    ...(typeof attributes === "string" && { "x-amzn-sagemaker-custom-attributes": attributes }),
  };
}
