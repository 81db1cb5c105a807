import type { Config } from "../pipeline/config.ts";
import type { Progress } from "../pipeline/context.ts";
import { DownloadError } from "../pipeline/dataset/download.ts";
import { openDataset } from "../pipeline/dataset/open.ts";
import type { Source } from "../pipeline/dataset/source.ts";

export interface RunDataset {
  readonly source: Source;
  /** What `--dataset` opens the same pictures by. */
  readonly opened: string;
  /** Why drawn pictures stand in for CIFAR-100; absent where nothing stands in. */
  readonly insteadOf?: string;
}

/**
 * Opens and checks the dataset of the run before anything is started. Where CIFAR-100 cannot be
 * downloaded, drawn pictures stand in, and the run says so.
 * @throws UsageError where what is named is no usable dataset.
 */
export async function openRunDataset(
  name: string,
  config: Config,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunDataset> {
  try {
    return { source: await openDataset(name, config, { progress, signal }), opened: name };
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    return {
      source: await openDataset("drawn", config, { progress, signal }),
      opened: "drawn",
      insteadOf: `${name} could not be downloaded: ${error.message}`,
    };
  }
}
