import { S3ServiceException } from "@aws-sdk/client-s3";
import { StepError } from "../errors.ts";

/** Says what is wrong with a bucket and what to do, where S3 refused it; else the error itself. */
export function explainBucketError(error: unknown, bucket: string): unknown {
  if (!(error instanceof S3ServiceException)) return error;
  const why = explain(error);
  return why === undefined ? error : new StepError(`The bucket ${bucket} ${why}`, { cause: error });
}

function explain({ name, message, $response }: S3ServiceException): string | undefined {
  switch (name) {
    case "NoSuchBucket":
      return "does not exist: make it with cloudformation/bootstrap.yaml, or correct `bucket` in pipeline.yaml.";
    case "PermanentRedirect":
    case "AuthorizationHeaderMalformed":
    case "IllegalLocationConstraintException": {
      const region = $response?.headers["x-amz-bucket-region"];
      return `is in ${region ?? "another region"}: set \`region\` in pipeline.yaml (and AWS_REGION) to that, or name a bucket of this region. S3 says: ${message}`;
    }
    case "AccessDenied":
      return `is closed to this role, or belongs to another account: the role needs s3:ListBucket on it and s3:GetObject and s3:PutObject on its objects. S3 says: ${message}`;
    default:
      return undefined;
  }
}
