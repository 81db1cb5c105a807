import {
  paginateListDataQualityJobDefinitions,
  paginateListModelQualityJobDefinitions,
  paginateListMonitoringSchedules,
} from "@aws-sdk/client-sagemaker";
import type { Context } from "../context.ts";
import { isClosed } from "./schedule.ts";

/** What Model Monitor leaves behind, as teardown's inventory calls it. */
export const monitoringKinds = [
  "monitoring schedule",
  "data quality job definition",
  "model quality job definition",
] as const;

export type MonitoringKind = (typeof monitoringKinds)[number];

type NameAndArn = [string | undefined, string | undefined];

/** Names and ARNs, page by page, of what Model Monitor has whose name contains this. */
export function monitoringListings(
  { clients: { sagemaker: client } }: Pick<Context, "clients">,
  NameContains: string,
): [MonitoringKind, AsyncIterable<NameAndArn[]>][] {
  return [
    [
      "monitoring schedule",
      whereOpen(
        paginateListMonitoringSchedules({ client }, { NameContains }),
        ({ MonitoringScheduleSummaries = [] }) =>
          MonitoringScheduleSummaries.map((item) => [
            item.MonitoringScheduleName,
            item.MonitoringScheduleArn,
          ]),
      ),
    ],
    ...(
      [
        ["data quality job definition", paginateListDataQualityJobDefinitions],
        ["model quality job definition", paginateListModelQualityJobDefinitions],
      ] as const
    ).map(([kind, paginate]): [MonitoringKind, AsyncIterable<NameAndArn[]>] => [
      kind,
      whereOpen(paginate({ client }, { NameContains }), ({ JobDefinitionSummaries = [] }) =>
        JobDefinitionSummaries.map((item) => [
          item.MonitoringJobDefinitionName,
          item.MonitoringJobDefinitionArn,
        ]),
      ),
    ]),
  ];
}

/** Nothing where AWS says that this account has no Model Monitor. */
async function* whereOpen<Page>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => NameAndArn[],
): AsyncGenerator<NameAndArn[]> {
  try {
    for await (const page of pages) yield items(page);
  } catch (error) {
    if (!isClosed(error)) throw error;
  }
}
