/** A line of a fleet's results: where a picture goes, or why it goes nowhere. */
export type Line =
  | {
      readonly s3_key: string;
      readonly vehicle: string;
      readonly confidence: number;
      readonly bay: string;
      readonly orders: string;
    }
  | { readonly s3_key: string; readonly error: string; readonly cause: string };

/** A file that ResultWriter wrote. */
export interface ResultFile {
  readonly key: string;
  /** Of child executions that succeeded: what they answered. Else a record for each execution. */
  readonly succeeded: boolean;
}

interface Execution {
  readonly Input: string;
  readonly Status: string;
  readonly Error?: string;
  readonly Cause?: string;
}

/** The files that ResultWriter's manifest.json lists. @throws Error where it is none. */
export function parseManifest(text: string): ResultFile[] {
  const { ResultFiles } = JSON.parse(text) as {
    ResultFiles?: Partial<Record<"SUCCEEDED" | "FAILED" | "PENDING", { Key: string }[]>>;
  };
  if (ResultFiles === undefined) throw new Error("the manifest has no ResultFiles");
  const { SUCCEEDED = [], FAILED = [], PENDING = [] } = ResultFiles;
  return [
    ...SUCCEEDED.map(({ Key }) => ({ key: Key, succeeded: true })),
    ...[...FAILED, ...PENDING].map(({ Key }) => ({ key: Key, succeeded: false })),
  ];
}

/** What a batch answered for one picture, without the fields that nobody reads later. */
export function lineOf(answer: unknown): Line {
  const line = answer as Line;
  if ("error" in line) return { s3_key: line.s3_key, error: line.error, cause: line.cause };
  const { s3_key, vehicle, confidence, bay, orders } = line;
  return { s3_key, vehicle, confidence, bay, orders };
}

/** A line for every picture of a batch that failed, timed out or never ran. */
export function linesOfBatch(execution: unknown): Line[] {
  const { Input, Status, Error: error, Cause } = execution as Execution;
  const { Items } = JSON.parse(Input) as { Items: { s3_key: string }[] };
  const cause = Cause ?? "the execution of its batch ended without saying why";
  return Items.map(({ s3_key }) => ({ s3_key, error: error ?? Status, cause }));
}
