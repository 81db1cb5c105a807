import { generateKeyPair, type KeyObject, randomBytes, randomUUID, sign } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { refusalOf } from "./guard.ts";

/** GitHub's, whom the roles trust. */
export const ISSUER = "https://token.actions.githubusercontent.com";
const LIFETIME_SECONDS = 300;

interface OidcIssuerOptions {
  /**
   * Whom the tokens speak of: `repo:<owner>/<name>:ref:<ref>`, or of a job with an environment,
   * `repo:<owner>/<name>:environment:<environment>`.
   */
  readonly sub: string;
  /** Further claims, which win over those that follow from `sub`. */
  readonly claims?: Readonly<Record<string, string>>;
}

/** Stands for GitHub's OIDC issuer. Disposing frees its port. */
export interface OidcIssuer extends AsyncDisposable {
  readonly url: string;
  /** What GitHub gives jobs that may ask for tokens: where, and with which bearer token. */
  readonly environment: Readonly<
    Record<"ACTIONS_ID_TOKEN_REQUEST_URL" | "ACTIONS_ID_TOKEN_REQUEST_TOKEN", string>
  >;
  /** Asks for a token as a job does. */
  token(audience: string): Promise<string>;
}

/**
 * Answers token requests of GitHub jobs on 127.0.0.1: `GET <url>&audience=<audience>` with the bearer
 * token gets `{"value": "<JWT>"}`, signed RS256 by a key of its own, which `/.well-known/jwks` shows.
 * The JWT names GitHub as its issuer, since that is whom roles trust.
 * Format: https://docs.github.com/en/actions/reference/security/oidc
 */
export async function startOidcIssuer({ sub, claims }: OidcIssuerOptions): Promise<OidcIssuer> {
  const token = randomBytes(32).toString("base64url");
  // Made while others start: it takes a tenth of a second and more.
  const making = promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const about = { ...claimsOf(sub), ...claims };
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const refusal = refusalOf(request);
    if (refusal !== undefined) return answer(response, 403, { message: refusal });
    const keys = await making;
    const [path, query] = (request.url ?? "/").split("?");
    if (path === "/.well-known/jwks") {
      const key = { ...keys.publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" };
      return answer(response, 200, { keys: [key] });
    }
    if (path !== "/token") return answer(response, 404, { message: "Not Found" });
    if (!bears(request, token)) return answer(response, 401, { message: "Unauthorized" });
    const owner = about["repository_owner"] ?? "";
    const audience = new URLSearchParams(query).get("audience") ?? `https://github.com/${owner}`;
    return answer(response, 200, { value: jwt({ ...about, aud: audience }, keys.privateKey) });
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const environment = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: token,
  };
  return {
    url,
    environment,
    async token(audience) {
      const asked = `${environment.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${encodeURIComponent(audience)}`;
      const given = await fetch(asked, { headers: { authorization: `bearer ${token}` } });
      return ((await given.json()) as { value: string }).value;
    },
    [Symbol.asyncDispose]: () => close(server),
  };
}

const kid = randomUUID();

/** GitHub's claims, as far as they follow from the subject; ids behind `@` belong to the immutable form. */
function claimsOf(sub: string): Record<string, string> {
  const [, owner = "", ownerId = "1", name = "", id = "1", kind = "ref", value = ""] =
    /^repo:([^/@]+)(?:@(\d+))?\/([^:@]+)(?:@(\d+))?:(ref|environment):(.+)$/.exec(sub) ?? [];
  const ref = kind === "ref" ? value : "refs/heads/main";
  return {
    sub,
    repository: `${owner}/${name}`,
    repository_id: id,
    repository_owner: owner,
    repository_owner_id: ownerId,
    repository_visibility: "private",
    ref,
    ref_type: "branch",
    ...(kind === "environment" && { environment: value }),
    event_name: "push",
    workflow: "pipeline",
    job_workflow_ref: `${owner}/${name}/.github/workflows/pipeline.yml@${ref}`,
    actor: owner,
    run_id: "1",
    run_number: "1",
    run_attempt: "1",
    runner_environment: "self-hosted",
  };
}

function jwt(claims: Readonly<Record<string, string>>, key: KeyObject): string {
  const now = Math.floor(Date.now() / 1000);
  const signed = [
    part({ typ: "JWT", alg: "RS256", kid }),
    part({
      ...claims,
      jti: randomUUID(),
      iss: ISSUER,
      iat: now,
      nbf: now - 60,
      exp: now + LIFETIME_SECONDS,
    }),
  ].join(".");
  return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function bears({ headers }: IncomingMessage, token: string): boolean {
  return headers.authorization?.replace(/^bearer /i, "") === token;
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
