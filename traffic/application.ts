import type { Config } from "../pipeline/config.ts";
import type { Context } from "../pipeline/context.ts";
import { UsageError } from "../pipeline/errors.ts";
import { names } from "../pipeline/names.ts";
import { describeStack } from "../pipeline/stack/stack-status.ts";

/** Where the deployed application takes pictures. */
export interface Application {
  readonly endpointName: string;
  readonly stateMachineArn: string;
  readonly fleetArn: string;
  readonly pictureBucket: string;
  /** Ends with a slash. */
  readonly picturePrefix: string;
}

/** Finds the application by its stack. @throws UsageError where it is not deployed, or was before there were fleets. */
export async function findApplication(
  context: Context,
  config: Pick<Config, "project" | "environment">,
): Promise<Application> {
  const name = names.stack(config);
  const stack = await describeStack(context, name);
  if (stack === undefined) {
    throw new UsageError(
      `There is no stack ${name} here. Deploy the application first; for a local one run ` +
        "`npm run app` and, in another shell, set the variables that it prints and name " +
        "--environment local.",
    );
  }
  const output = (key: string) => {
    const value = stack.outputs[key];
    if (value === undefined) {
      throw new UsageError(`Stack ${name} (${stack.status}) has no output ${key}: deploy it anew.`);
    }
    return value;
  };
  return {
    endpointName: output("EndpointName"),
    stateMachineArn: output("StateMachineArn"),
    fleetArn: output("FleetArn"),
    pictureBucket: output("PictureBucket"),
    picturePrefix: output("PicturePrefix"),
  };
}
