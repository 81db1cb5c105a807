import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { type Iam, ministackIam } from "../../local/iam.ts";
import { trainModel } from "../../pipeline/steps/train-model.ts";
import { notShown } from "./not-shown.ts";
import { recordRun, type RecordedRun } from "./recorded-run.ts";
import { config, openRoleStand, type RoleStand } from "./role-stand.ts";

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
}

interface Role {
  readonly Type: string;
  readonly Properties: {
    readonly Policies: readonly {
      readonly PolicyName: string;
      readonly PolicyDocument: { readonly Statement: readonly Statement[] };
    }[];
  };
}

interface Permission {
  /** The logical id in its template. */
  readonly role: string;
  readonly policy: string;
  /** Position of the statement in its policy. */
  readonly index: number;
  readonly action: string;
}

const read = (file: string) => readFile(new URL(`../../${file}`, import.meta.url), "utf8");
const bootstrap = await read("cloudformation/bootstrap.yaml");
const permissions = [
  ...permissionsIn(bootstrap),
  ...permissionsIn(await read("cloudformation/application.yaml")),
];
const isShown = ({ role, action }: Permission) =>
  !notShown.some(
    (one) => one.role === role && (one.actions === "all" || one.actions.includes(action)),
  );

let stand: RoleStand;
let recorded: RecordedRun;
let iam: Iam;

beforeAll(async () => {
  stand = await openRoleStand();
  iam = ministackIam(stand.aws.environment["AWS_ENDPOINT_URL"] ?? "");
  recorded = await recordRun(stand);
}, 300_000);

afterAll(async () => stand?.[Symbol.asyncDispose]());

test("under its roles, nothing that a run asks for is refused", () => {
  expect(recorded.decisions.filter(({ allowed }) => !allowed)).toEqual([]);
});

test.each(permissions.filter(isShown))(
  "$role without $action of its policy $policy [$index] is refused, and told so",
  async (permission) => {
    const requests = requestsOf(permission);
    expect(await refusals(requests, policiesOf(permission))).toEqual([]);
    const found = await refusals(requests, policiesWithout(permission));
    expect(found[0]).toContain(`is not authorized to perform: ${permission.action}`);
  },
);

test.each(permissions.filter((permission) => !isShown(permission)))(
  "$role is not asked for $action of its policy $policy [$index] by a local run",
  async (permission) => {
    expect(await refusals(requestsOf(permission), policiesWithout(permission))).toEqual([]);
  },
);

test("docs/fidelity.md lists the permissions that no local run asks for", async () => {
  const [, section = ""] = (await read("docs/fidelity.md")).split(
    "## Permissions that no local run asks for\n",
  );
  const rows = [
    ...(section.split("\n## ")[0] ?? "").matchAll(/^\| (`\w+`.*?) +\| (.*?) +\| (.*?) +\|$/gm),
  ];
  const listed = rows.flatMap(([, roles = "", actions = ""]) =>
    quoted(roles).flatMap((role) =>
      (actions === "all" ? ["all"] : quoted(actions)).map((action) => `${role} ${action}`),
    ),
  );
  const expected = notShown.flatMap(({ role, actions }) =>
    (actions === "all" ? ["all"] : actions).map((action) => `${role} ${action}`),
  );
  expect(listed.toSorted()).toEqual(expected.toSorted());
});

test.each([
  ["sagemaker:CreateTrainingJob", /^ +- sagemaker:CreateTrainingJob\n/m],
  ["iam:PassRole", statement("HandOverToSageMaker")],
  ["s3:ListBucket", statement("ListObjects")],
])(
  "deployed without %s, the pipeline role's own training fails and names it",
  async (action, cut) => {
    await using cutStand = await openRoleStand(without(cut));
    await expect(stageAndTrain(cutStand)).rejects.toThrow(
      new RegExp(`assumed-role/scones-pipeline/local is not authorized to perform: ${action} on`),
    );
  },
);

test("deployed without the reading of datasets, a training job fails under its role and says why", async () => {
  await using cutStand = await openRoleStand(without(statement("ReadDatasets")));
  await expect(stageAndTrain(cutStand)).rejects.toThrow(
    /ended Failed: ClientError: Data download failed:.*AccessDenied: User: \S+scones-sagemaker-execution\/SageMaker is not authorized to perform: s3:GetObject on/,
  );
});

async function stageAndTrain(cutStand: RoleStand) {
  const { executionRoleArn } = cutStand.aws;
  const dataset = await cutStand.stage();
  return trainModel(cutStand.context, config, { dataset, executionRoleArn, pollIntervalMs: 25 });
}

/** The statement of that Sid, at its first place. */
function statement(sid: string): RegExp {
  return new RegExp(`^( +)- Sid: ${sid}\\n(?:\\1 .*\\n)+`, "m");
}

function without(cut: RegExp): string {
  const left = bootstrap.replace(cut, "");
  expect(left).not.toBe(bootstrap);
  return left;
}

function permissionsIn(template: string): Permission[] {
  const { Resources } = parse(template, { logLevel: "silent" }) as {
    Resources: Record<string, Role>;
  };
  return Object.entries(Resources).flatMap(([role, { Type, Properties }]) => {
    if (Type !== "AWS::IAM::Role") return [];
    return Properties.Policies.flatMap(({ PolicyName: policy, PolicyDocument }) =>
      PolicyDocument.Statement.flatMap(({ Effect, Action }, index) =>
        Effect === "Allow"
          ? [Action].flat().map((action) => ({ role, policy, index, action }))
          : [],
      ),
    );
  });
}

/** The role as it was deployed: its name and its documents. */
function deployed(role: string) {
  const names: Record<string, string> = {
    PipelineRole: "scones-pipeline",
    ExecutionRole: "scones-sagemaker-execution",
    CloudFormationRole: "scones-cloudformation-execution",
  };
  const wanted = names[role] ?? `scones-test-application-${role}-`;
  const found = [...recorded.roles].find(([name]) => name.startsWith(wanted));
  if (found === undefined) throw new Error(`${role} was not deployed`);
  return { name: found[0], policies: found[1] };
}

function policiesOf({ role }: Permission): string[] {
  return [...deployed(role).policies.values()];
}

function policiesWithout({ role, policy, index, action }: Permission): string[] {
  return [...deployed(role).policies].map(([name, text]) => {
    if (name !== policy) return text;
    const document = JSON.parse(text) as { Statement: { Action: string | string[] }[] };
    const Statement = document.Statement.flatMap((one, at) => {
      if (at !== index) return [one];
      const Action = [one.Action].flat().filter((each) => each !== action);
      return Action.length === 0 ? [] : [{ ...one, Action }];
    });
    return JSON.stringify({ ...document, Statement });
  });
}

function requestsOf({ role, action }: Permission) {
  const { name } = deployed(role);
  return recorded.decisions.filter(
    (one) => one.action === action && one.principal.includes(`:assumed-role/${name}/`),
  );
}

async function refusals(requests: RecordedRun["decisions"], policies: readonly string[]) {
  const answers = await iam.simulate(policies, requests);
  return answers.flatMap((refusal) => (refusal === undefined ? [] : [refusal.message]));
}

function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}
