import { S3ServiceException } from "@aws-sdk/client-s3";
import { StepError } from "../errors.ts";

/** What to do about a bucket. */
interface BucketAdvice {
  /** How there comes to be one. */
  readonly missing: string;
  /** What to do where it is in another region, which is named before. */
  readonly elsewhere: string;
  /** The permissions that are needed, as a clause. */
  readonly closed: string;
}

const ARTIFACTS: BucketAdvice = {
  missing: "make it with cloudformation/bootstrap.yaml, or correct `bucket` in pipeline.yaml",
  elsewhere:
    "set `region` in pipeline.yaml (and AWS_REGION) to that, or name a bucket of this region",
  closed: "the role needs s3:ListBucket on it and s3:GetObject and s3:PutObject on its objects",
};

/**
 * Says what is wrong with a bucket and what to do, where S3 refused it; else the error itself. Without
 * advice it is the bucket of artifacts.
 */
export function explainBucketError(error: unknown, bucket: string, advice = ARTIFACTS): unknown {
  if (!(error instanceof S3ServiceException)) return error;
  const why = explain(error, advice);
  return why === undefined ? error : new StepError(`The bucket ${bucket} ${why}`, { cause: error });
}

function explain(
  { name, message, $response }: S3ServiceException,
  { missing, elsewhere, closed }: BucketAdvice,
): string | undefined {
  switch (name) {
    case "NoSuchBucket":
      return `does not exist: ${missing}.`;
    case "PermanentRedirect":
    case "AuthorizationHeaderMalformed":
    case "IllegalLocationConstraintException": {
      const region = $response?.headers["x-amz-bucket-region"];
      return `is in ${region ?? "another region"}: ${elsewhere}. S3 says: ${message}`;
    }
    case "AccessDenied":
      return `is closed to this role, or belongs to another account: ${closed}. S3 says: ${message}`;
    default:
      return undefined;
  }
}
