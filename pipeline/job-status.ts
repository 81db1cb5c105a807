const ENDS: ReadonlySet<string> = new Set([
  "Completed",
  "Failed",
  "Stopped",
  "Deleting",
  "DeleteFailed",
]);

/** Whether a training, tuning or transform job ended, by its status; one that nobody knows is not the end. */
export function isOver(status: string | undefined): boolean {
  return status !== undefined && ENDS.has(status);
}
