/** Ends a job as Failed; its message is the FailureReason that the caller reads. */
export class JobFailure extends Error {
  override readonly name = "JobFailure";
}

/** The FailureReason where AWS has no such instance free. */
export const noCapacity =
  "CapacityError: Unable to provision requested ML compute capacity. Please retry using a " +
  "different ML instance type.";
