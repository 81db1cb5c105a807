import type { TeardownPlan } from "../../pipeline/teardown/teardown-plan.ts";
import { cost, total } from "../../pipeline/teardown/teardown-text.ts";
import { count } from "../../report/format.ts";
import { blocks, code, escape, type Link, linkLine, table } from "./markdown.ts";

/** The teardown of one environment. */
export interface Torn {
  readonly plan: TeardownPlan;
  /** When its time was over, where it goes for that. */
  readonly expiresAt?: Date | undefined;
  /** Whether it ended after the plan. */
  readonly dryRun: boolean;
  /** Why something is still there, by kind and name. */
  readonly left: readonly {
    readonly kind: string;
    readonly name: string;
    readonly reason: string;
  }[];
}

/** What teardown deleted, would delete or could not delete, and why, and what it saved; then what stays. */
export function teardownSummary(torn: readonly Torn[], links: readonly Link[] = []): string {
  return blocks(
    "## Teardown",
    ...(torn.length === 0 ? ["No environment was torn down."] : torn.flatMap(environmentBlocks)),
    ...linkLine(links),
  );
}

function environmentBlocks({ plan, expiresAt, dryRun, left }: Torn): string[] {
  const { environment, deletions, kept } = plan;
  const lines = deletions.map((deletion): [typeof deletion, string | undefined] => [
    deletion,
    left.find(({ kind, name }) => kind === deletion.kind && name === deletion.name)?.reason,
  ]);
  const late = left.filter(
    ({ kind, name }) => !deletions.some((each) => each.kind === kind && each.name === name),
  );
  const stuck = lines.filter(([, reason]) => reason !== undefined).length + late.length;
  const said = dryRun
    ? `${deletions.length} would be deleted, which cost ${total(plan)}`
    : `${deletions.length + late.length - stuck} deleted${stuck === 0 ? "" : `, ${stuck} left`}; they cost ${total(plan)}`;
  return [
    `### ${escape(environment)}${expiresAt === undefined ? "" : `, expired since ${expiresAt.toISOString()}`}`,
    deletions.length === 0 ? "Nothing was there to delete." : `**${escape(said)}**`,
    ...(lines.length + late.length === 0
      ? []
      : [
          table(
            [
              { title: "kind" },
              { title: "name" },
              { title: "count", align: "right" },
              { title: "by" },
              { title: "costs" },
              { title: "outcome" },
            ],
            [
              ...lines.map(([{ kind, name, count: number = 1, why, usdPerDay: daily }, reason]) => [
                kind,
                code(name),
                count(number),
                escape(why),
                escape(cost({ usdPerDay: daily })),
                outcome(dryRun, reason),
              ]),
              ...late.map(({ kind, name, reason }) => [
                kind,
                code(name),
                "",
                "",
                "",
                outcome(false, reason),
              ]),
            ],
          ),
        ]),
    ...(kept.length === 0
      ? []
      : [
          `Stays by choice (<code>teardown</code> of pipeline.yaml): ${kept
            .map((each) => `${escape(each.what)} (${count(each.count)}, ${escape(cost(each))})`)
            .join(", ")}.`,
        ]),
  ];
}

function outcome(dryRun: boolean, reason: string | undefined): string {
  if (dryRun) return "would be deleted";
  return reason === undefined ? "deleted" : `**left**: ${escape(reason)}`;
}
