/** Ends a job as Failed; its message is the FailureReason that the caller reads. */
export class JobFailure extends Error {
  override readonly name = "JobFailure";
}

/** The FailureReason of what ended with an error, as long as AWS's may be. */
export function failureReason(error: unknown): string {
  const reason =
    error instanceof JobFailure ? error.message : `InternalServerError: ${String(error)}`;
  return reason.slice(0, 1024);
}

/** The FailureReason where AWS has no such instance free. */
export const noCapacity =
  "CapacityError: Unable to provision requested ML compute capacity. Please retry using a " +
  "different ML instance type.";
