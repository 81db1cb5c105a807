/** Ends a job as Failed; its message is the FailureReason that the caller reads. */
export class JobFailure extends Error {
  override readonly name = "JobFailure";
}
