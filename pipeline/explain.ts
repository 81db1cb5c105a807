import { messageOf } from "./errors.ts";

/**
 * An error in words that say what to do. Errors of the AWS SDK carry AWS's words, which name the
 * action and the resource, and lack the way on; the pipeline's own errors have it already, unless
 * what stands behind them is the credentials' fault.
 */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = messageOf(error);
  const next = nextStep(error);
  return next === undefined ? message : `${message.replace(/\.?$/, ".")} ${next}`;
}

function nextStep(error: Error): string | undefined {
  const { name } = error;
  if (/^(ExpiredToken|ExpiredTokenException|RequestExpired)$/.test(name)) {
    return "The credentials are over. Run the job again: it takes new ones, and what runs at AWS is found by its name.";
  }
  if (name === "CredentialsProviderError") {
    return "There are no AWS credentials: run aws-actions/configure-aws-credentials before this step, in a job with `permissions: id-token: write`.";
  }
  if (
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError)$/.test(name)
  ) {
    return "The role lacks this permission: compare it with cloudformation/bootstrap.yaml and deploy that again.";
  }
  if (
    /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|InvalidToken|SignatureDoesNotMatch|InvalidSignatureException)$/.test(
      name,
    )
  ) {
    return "AWS does not know these credentials: check the role's ARN, the account and the clock.";
  }
  if (/^(ThrottlingException|TooManyRequestsException|Throttling|SlowDown)$/.test(name)) {
    const attempts = attemptsOf(error);
    return `AWS throttled it${attempts === undefined ? "" : ` ${attempts} times`}: run the step again later.`;
  }
  if (/^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/.test(codeOf(error))) {
    return "AWS was not reached: check the region and AWS_ENDPOINT_URL, and run the step again.";
  }
  return error.cause instanceof Error ? nextStep(error.cause) : undefined;
}

/** The AWS SDK counts its attempts. */
function attemptsOf(error: Error & { readonly $metadata?: { readonly attempts?: number } }) {
  return error.$metadata?.attempts;
}

function codeOf(error: Error & { readonly code?: unknown }): string {
  return typeof error.code === "string" ? error.code : "";
}
