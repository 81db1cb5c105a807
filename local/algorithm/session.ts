import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import { onnxruntime } from "./onnxruntime.ts";

/** Where the pre-trained backbone and its graphs lie. */
export const BACKBONE = join(import.meta.dirname, "backbone");

/** Opens an ONNX file on `threads` cores, all of them by default. */
export async function openSession(
  file: string,
  threads = availableParallelism(),
): Promise<InferenceSession> {
  return await onnxruntime.InferenceSession.create(file, {
    intraOpNumThreads: threads,
    // Threads that spin while they wait slow down everything beside them on a small machine.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
}
