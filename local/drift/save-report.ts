import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Context } from "../../pipeline/context.ts";
import { listObjects, parseS3Uri, readBytes } from "../../pipeline/s3.ts";
import type { Monitoring } from "../../pipeline/steps/monitor-endpoint.ts";

/** Copies what the monitor wrote into a folder, before the local AWS ends. @returns the folder */
export async function saveReport(
  { clients, signal }: Context,
  { reportUri }: Pick<Monitoring, "reportUri">,
  out: string,
  name: string,
): Promise<string> {
  const { bucket, key } = parseS3Uri(reportUri);
  const folder = join(out, "drift", name);
  await mkdir(folder, { recursive: true });
  for await (const object of listObjects(clients.s3, bucket, key.replace(/[^/]*$/, ""), {
    signal,
  })) {
    const bytes = await readBytes(clients.s3, bucket, object.key, signal);
    await writeFile(join(folder, basename(object.key)), bytes);
  }
  return folder;
}
