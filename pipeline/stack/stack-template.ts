import type { Context } from "../context.ts";
import { sha256 } from "../s3.ts";
import { putOnce } from "./upload-code.ts";

/** A template as CloudFormation's requests take it: in the request, where it lies in S3, or the stack's own. */
export type StackTemplate =
  | { readonly TemplateBody: string }
  | { readonly TemplateURL: string }
  | { readonly UsePreviousTemplate: true };

/** CloudFormation's quota for a template in a request; in S3 it may have 1 MB. */
const MAX_BODY_BYTES = 51_200;

/** The template itself while it is small enough; else it is put under the prefix, named by its hash. */
export async function placeTemplate(
  context: Context,
  { bucket, prefix, region }: { bucket: string; prefix: string; region: string },
  template: string,
): Promise<StackTemplate> {
  const body = Buffer.from(template);
  if (body.length <= MAX_BODY_BYTES) return { TemplateBody: template };
  const hash = sha256(body).slice(0, 16);
  const key = await putOnce(context, bucket, `${prefix}application-${hash}.yaml`, body);
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return { TemplateURL: `https://s3.${region}.${domain}/${bucket}/${key}` };
}
