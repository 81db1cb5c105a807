import { appendFileSync } from "node:fs";

const input = (name: string) => process.env[`INPUT_${name.toUpperCase()}`] ?? "";
const tokenUrl = process.env["ACTIONS_ID_TOKEN_REQUEST_URL"];
const bearer = process.env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
if (!tokenUrl || !bearer) throw new Error("No OIDC token: the job needs id-token: write.");

const issued = await fetch(`${tokenUrl}&audience=${encodeURIComponent(input("audience"))}`, {
  headers: { authorization: `Bearer ${bearer}` },
});
if (!issued.ok) throw new Error(`The issuer answered ${issued.status}: ${await issued.text()}`);
const { value: token } = (await issued.json()) as { value: string };
console.log(`::add-mask::${token}`);

const endpoint = process.env["AWS_ENDPOINT_URL_STS"] ?? process.env["AWS_ENDPOINT_URL"] ?? "";
const assumed = await fetch(endpoint, {
  method: "POST",
  body: new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: input("role-to-assume"),
    RoleSessionName: input("role-session-name"),
    DurationSeconds: input("role-duration-seconds"),
    WebIdentityToken: token,
  }),
});
const answer = await assumed.text();
const field = (name: string) => {
  const value = new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1];
  if (!assumed.ok || value === undefined) {
    throw new Error(`Could not assume ${input("role-to-assume")} with OIDC: ${answer}`);
  }
  return value;
};
const secrets = {
  AWS_ACCESS_KEY_ID: field("AccessKeyId"),
  AWS_SECRET_ACCESS_KEY: field("SecretAccessKey"),
  AWS_SESSION_TOKEN: field("SessionToken"),
};
for (const secret of Object.values(secrets)) console.log(`::add-mask::${secret}`);
const region = input("aws-region");
const variables = { ...secrets, AWS_REGION: region, AWS_DEFAULT_REGION: region };
const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
appendFileSync(process.env["GITHUB_ENV"] ?? "", lines.join(""));
console.log(`Assumed ${field("Arn")}`);
