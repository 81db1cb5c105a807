import { setting } from "./environment.ts";

const stack = setting("STACK_NAME");

/**
 * What makes CloudWatch read a metric of the stack from a line of the log: members for that line, after
 * the embedded metric format's specification. Each name costs $0.30 a month while it is written.
 */
export function metric(name: string, value: number): Record<string, unknown> {
  return {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        { Namespace: "Scones", Dimensions: [["Stack"]], Metrics: [{ Name: name, Unit: "None" }] },
      ],
    },
    Stack: stack,
    [name]: value,
  };
}
