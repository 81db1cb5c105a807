import { UsageError } from "../errors.ts";

/**
 * Lambda's name for what native code was built for, which sharp names `linux-x64`. A local AWS runs its
 * Lambdas on this machine, so what was built for it fits there whatever it is called.
 * @throws UsageError for AWS where Lambda could not load it.
 */
export function architectureOf(
  platform: string,
  environment: NodeJS.ProcessEnv = process.env,
): "x86_64" | "arm64" {
  if (platform === "linux-x64") return "x86_64";
  if (platform === "linux-arm64" || environment["AWS_ENDPOINT_URL"] !== undefined) return "arm64";
  throw new UsageError(
    `The Lambdas' archives hold sharp's native code of this machine, and AWS Lambda cannot load ${platform}: it needs Linux with glibc. Deploy from the GitHub workflow or another Linux machine; a local AWS (npm run local) takes it from here.`,
  );
}
