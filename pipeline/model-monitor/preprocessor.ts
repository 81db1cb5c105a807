import type { Config } from "../config.ts";
import type { Context } from "../context.ts";
import { keys } from "../names.ts";
import { sha256 } from "../s3.ts";
import { putOnce } from "../stack/upload-code.ts";
import { preprocessorScript } from "./preprocessor-script.ts";

/**
 * The script by which Model Monitor's analyzer reads the captures of a model of these classes.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
 */
export async function preprocessor(classes: readonly string[]): Promise<string> {
  const script = await preprocessorScript();
  // A list of strings is the same in JSON and in Python.
  return script.replace("CLASSES = []", () => `CLASSES = ${JSON.stringify(classes)}`);
}

/** Puts it under the environment's code, named by its content. @returns its URI */
export async function uploadPreprocessor(
  context: Context,
  config: Pick<Config, "project" | "environment">,
  { bucket, classes }: { readonly bucket: string; readonly classes: readonly string[] },
): Promise<string> {
  const script = await preprocessor(classes);
  const key = `${keys.code(config)}preprocessor-${sha256(script).slice(0, 16)}.py`;
  return `s3://${bucket}/${await putOnce(context, bucket, key, Buffer.from(script))}`;
}
