import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { expect, test } from "@jest/globals";
import { startOidcIssuer } from "../../local/oidc-issuer.ts";

const read = (part: string) =>
  JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;

function partsOf(jwt: string) {
  const [head = "", body = "", signature = ""] = jwt.split(".");
  return {
    header: read(head),
    claims: read(body),
    signed: Buffer.from(`${head}.${body}`),
    signature: Buffer.from(signature, "base64url"),
  };
}

test("a job that asks as GitHub says gets a token, signed by the key that the issuer shows", async () => {
  await using issuer = await startOidcIssuer({ sub: "repo:acme/scones:ref:refs/heads/main" });
  const { ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN } = issuer.environment;
  const asked = await fetch(`${ACTIONS_ID_TOKEN_REQUEST_URL}&audience=sts.amazonaws.com`, {
    headers: { authorization: `Bearer ${ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
  });
  const { value } = (await asked.json()) as { value: string };
  const { header, claims, signed, signature } = partsOf(value);
  const jwks = await fetch(`${issuer.url}/.well-known/jwks`);
  const { keys } = (await jwks.json()) as { keys: (JsonWebKey & { kid: string })[] };
  const jwk = keys.find(({ kid }) => kid === header["kid"]);
  const key = createPublicKey({ key: jwk ?? {}, format: "jwk" });
  expect(header).toMatchObject({ alg: "RS256", typ: "JWT" });
  expect(verify("sha256", signed, key, signature)).toBe(true);
  expect(claims).toMatchObject({
    iss: "https://token.actions.githubusercontent.com",
    aud: "sts.amazonaws.com",
    sub: "repo:acme/scones:ref:refs/heads/main",
    repository: "acme/scones",
    repository_owner: "acme",
    ref: "refs/heads/main",
    run_id: "1",
  });
  expect(claims).not.toHaveProperty("environment");
  expect(claims["exp"]).toBeGreaterThan(Date.now() / 1000);
});

test("the immutable form of a subject names ids, and a job's environment is a claim", async () => {
  const sub = "repo:acme@17/scones@42:environment:production";
  await using issuer = await startOidcIssuer({ sub, claims: { run_id: "7" } });
  expect(partsOf(await issuer.token("sts.amazonaws.com")).claims).toMatchObject({
    sub,
    repository: "acme/scones",
    repository_owner_id: "17",
    repository_id: "42",
    environment: "production",
    run_id: "7",
  });
});

test("who does not know the bearer token gets none", async () => {
  await using issuer = await startOidcIssuer({ sub: "repo:acme/scones:ref:refs/heads/main" });
  const url = issuer.environment.ACTIONS_ID_TOKEN_REQUEST_URL;
  const answers = await Promise.all([
    fetch(url),
    fetch(url, { headers: { authorization: "Bearer guessed" } }),
    fetch(`${issuer.url}/elsewhere`),
    fetch(`${issuer.url}//`),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 404, 404]);
});
