import { glob, readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { account, type BootstrapStand, openBootstrapStand } from "./bootstrap-stand.ts";

/** A resource of each type that takes tags, as the application's stack names it; deploy-stack tags the stack. */
const tagged: Readonly<Record<string, string>> = {
  "AWS::ApiGatewayV2::Api": "arn:aws:apigateway:us-east-1::/apis",
  "AWS::ApiGatewayV2::Stage": "arn:aws:apigateway:us-east-1::/apis/a1b2c3/stages",
  "AWS::CloudWatch::Alarm": `arn:aws:cloudwatch:us-east-1:${account}:alarm:scones-test-Errors`,
  "AWS::CloudWatch::Dashboard": `arn:aws:cloudwatch::${account}:dashboard/scones-test-application`,
  "AWS::IAM::Role": `arn:aws:iam::${account}:role/scones-test-application-Role-1`,
  "AWS::Lambda::Function": `arn:aws:lambda:us-east-1:${account}:function:scones-test-serialize`,
  "AWS::Logs::LogGroup": `arn:aws:logs:us-east-1:${account}:log-group:/aws/lambda/scones-test-serialize`,
  "AWS::SNS::Topic": `arn:aws:sns:us-east-1:${account}:scones-test-deliveries`,
  "AWS::StepFunctions::StateMachine": `arn:aws:states:us-east-1:${account}:stateMachine:scones-test-classify`,
};

interface Schema {
  readonly tagging?: { readonly taggable?: boolean; readonly permissions?: readonly string[] };
}

const schemas = await schemasOf([...new Set(await typesOfApplication())]);

let stand: BootstrapStand;

beforeAll(async () => {
  stand = await openBootstrapStand();
  await stand.deploy({ Repository: "owner/name" });
});

afterAll(async () => stand?.[Symbol.asyncDispose]());

test("every type of the application's stack that takes tags is tried here", () => {
  const taggable = [...schemas].filter(([, { tagging }]) => tagging?.taggable !== false);
  expect(taggable.map(([type]) => type).toSorted()).toEqual(Object.keys(tagged));
});

test.each(Object.entries(tagged))(
  "CloudFormation's role may tag a %s, by every action that AWS's schema names",
  async (type, resource) => {
    const actions = (schemas.get(type)?.tagging?.permissions ?? []).filter(
      (action) => action !== "iam:ListRoleTags", // GetRole tells them too
    );
    const documents = await stand.policies("scones-cloudformation-execution");
    const asked = actions.map((action) => ({ action, resource }));
    expect(asked.length).toBeGreaterThan(0);
    expect(await stand.refusals(documents, asked)).toEqual([]);
  },
);

async function typesOfApplication(): Promise<string[]> {
  const template = new URL("../../cloudformation/application.yaml", import.meta.url);
  const { Resources } = parse(await readFile(template, "utf8"), { logLevel: "silent" }) as {
    Resources: Record<string, { Type: string }>;
  };
  return Object.values(Resources).map(({ Type }) => Type);
}

/** AWS's own schemas of resource types, which cfn-lint carries. */
async function schemasOf(types: readonly string[]): Promise<Map<string, Schema>> {
  const cwd = new URL("../../.venv/lib/", import.meta.url).pathname;
  const [folder = ""] = await Array.fromAsync(
    glob("python*/site-packages/cfnlint/data/schemas", { cwd }),
  );
  const read = async (file: string) =>
    JSON.parse(await readFile(`${cwd}${folder}/${file}.json`, "utf8")) as unknown;
  const files = (await read("providers/us-east-1")) as Record<string, string>;
  return new Map(
    await Promise.all(
      types.map(async (type) => {
        const file = files[type]?.replace(/\.json$/, "");
        return [type, (await read(`resources/${file}`)) as Schema] as const;
      }),
    ),
  );
}
