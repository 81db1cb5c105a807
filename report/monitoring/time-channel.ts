import type { MonitoringDocument } from "./monitoring-document.ts";
import { timeLabel } from "./time.ts";

/** The window's first and last moment, in milliseconds since 1970. */
function extentOf({ seen }: Pick<MonitoringDocument, "seen">): [number, number] {
  const { moments, seconds } = seen.timeline;
  const first = Date.parse(moments[0]?.at ?? "1970-01-01T00:00:00Z");
  const last = Date.parse(moments.at(-1)?.at ?? "1970-01-01T00:00:00Z");
  return [first, last + 1000 * seconds];
}

/** A channel of the window's time, in UTC, with about so many labels. */
export function timeChannel(
  document: Pick<MonitoringDocument, "seen">,
  tickCount: number,
  field = "time",
) {
  const [first, last] = extentOf(document);
  return {
    field,
    type: "temporal" as const,
    scale: { type: "utc" as const, domain: [first, last], nice: false as const },
    axis: {
      title: "time (UTC)",
      labelExpr: timeLabel(last - first),
      tickCount,
      grid: false,
      labelOverlap: true,
      labelFlush: true,
    },
  };
}
