import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { expect, test } from "@jest/globals";
import { ROOT_CREDENTIALS, startMinistack } from "../../local/ministack.ts";
import { ensureVenv } from "../../local/venv.ts";
import { zip } from "../../pipeline/stack/zip.ts";

const code = `exports.handler = async () => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return process.pid;
};`;

test("a burst of calls is answered by at most four processes of the function, every call of it", async () => {
  const { endpoint, stop } = await startMinistack({ venv: await ensureVenv(() => undefined) });
  const settings = { endpoint, region: "us-east-1", credentials: ROOT_CREDENTIALS };
  const lambda = new LambdaClient(settings);
  const iam = new IAMClient(settings);
  try {
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: "sts:AssumeRole",
        },
      ],
    });
    await iam.send(new CreateRoleCommand({ RoleName: "any", AssumeRolePolicyDocument }));
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: "slow",
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Role: "arn:aws:iam::000000000000:role/any",
        Code: { ZipFile: await zip({ "index.js": Buffer.from(code) }) },
        Timeout: 20,
      }),
    );
    const answers = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: "slow" }));
        return JSON.parse(Buffer.from(Payload ?? []).toString()) as number;
      }),
    );
    const processes = new Set(answers);
    expect(answers.every((pid) => pid > 0)).toBe(true);
    expect(processes.size).toBeGreaterThan(1);
    expect(processes.size).toBeLessThanOrEqual(4);
  } finally {
    iam.destroy();
    lambda.destroy();
    await stop();
  }
});
