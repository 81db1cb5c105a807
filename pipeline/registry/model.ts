import { CreateModelCommand, DescribeModelCommand } from "@aws-sdk/client-sagemaker";
import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { messageOf, StepError } from "../errors.ts";
import { tags } from "../tags.ts";

export interface ModelInput {
  readonly modelName: string;
  readonly image: string;
  readonly modelDataUrl: string;
  readonly executionRoleArn: string;
  readonly run?: string | undefined;
}

/**
 * Makes the SageMaker model, or finds the one that an earlier run made.
 * @throws StepError where a model of that name has another artifact or image.
 */
export async function ensureModel(
  { clients, signal }: Context,
  config: Pick<Config, "project" | "environment">,
  { modelName, image, modelDataUrl, executionRoleArn, run }: ModelInput,
): Promise<void> {
  try {
    await clients.sagemaker.send(
      new CreateModelCommand({
        ModelName: modelName,
        PrimaryContainer: { Image: image, ModelDataUrl: modelDataUrl },
        ExecutionRoleArn: executionRoleArn,
        Tags: tags(config, run),
      }),
      { abortSignal: signal },
    );
    return;
  } catch (cause) {
    const reason = messageOf(cause);
    signal.throwIfAborted();
    if (!/already exist/i.test(reason)) {
      throw new StepError(`Model ${modelName} was refused: ${reason}`, { cause });
    }
  }
  const { PrimaryContainer } = await clients.sagemaker.send(
    new DescribeModelCommand({ ModelName: modelName }),
    { abortSignal: signal },
  );
  if (PrimaryContainer?.ModelDataUrl !== modelDataUrl || PrimaryContainer.Image !== image) {
    throw new StepError(
      `Model ${modelName} exists with ${PrimaryContainer?.ModelDataUrl}, not with ${modelDataUrl}. ` +
        "Delete it, or give the project or the environment another name in pipeline.yaml.",
    );
  }
}
