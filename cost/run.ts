import { overridesOf } from "../console/command-line.ts";
import { loadConfig } from "../pipeline/config.ts";
import {
  monitoringCosts,
  monthCosts,
  pictureCosts,
  remainingCosts,
  runCosts,
  savedCosts,
  servingCosts,
} from "../pipeline/prices/costs.ts";
import { UsageError } from "../pipeline/errors.ts";
import { type Arguments, assumed, parseArguments } from "./arguments.ts";
import { usageOfRun } from "./run-usage.ts";
import { costTable } from "./table.ts";

const options = parseArguments(process.argv.slice(2));
process.exitCode = typeof options === "number" ? options : await main(options);

/** Shows the costs. Returns the exit code. */
async function main(args: Arguments): Promise<number> {
  try {
    const config = await loadConfig(args.config, overridesOf(args, ["environment", "region"]));
    const { project, environment, region } = config;
    const measured = args.run === undefined ? {} : await usageOfRun(args.run);
    const usage = { ...assumed, ...measured, ...args };
    const parts = {
      run: runCosts(config, usage),
      hour: servingCosts(config),
      monitoring: monitoringCosts(config),
      pictures: pictureCosts(config),
      month: monthCosts(config, usage),
      saved: savedCosts(config),
      remaining: remainingCosts(config, usage),
    };
    console.log(
      args.json
        ? JSON.stringify({ project, environment, region, ...parts }, null, 2)
        : [
            `${project}, ${environment}, in ${region}: list prices of pipeline/prices/prices.json, which may be outdated`,
            ...Object.values(parts).map(costTable),
          ].join("\n\n"),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
}
