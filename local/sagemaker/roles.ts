import { S3Client } from "@aws-sdk/client-s3";
import type { Authority } from "./authority.ts";
import { ServiceError } from "./wire.ts";

/** S3 as jobs and endpoints reach it: under the role that they were given. */
export class Roles {
  readonly #settings: { readonly region: string; readonly endpoint?: string };
  readonly #authority: Authority | undefined;
  readonly #clients = new Map<string, S3Client>();

  /** Without an authority there are no roles: whatever is asked for is done as the root of a local AWS. */
  constructor(
    settings: { readonly region: string; readonly endpoint?: string },
    authority: Authority | undefined,
  ) {
    this.#settings = settings;
    this.#authority = authority;
  }

  /**
   * S3 for what `sourceArn` names, under its role. Sessions are taken as they are needed; requests
   * fail in AWS's words where the role can't be assumed.
   */
  s3(roleArn: string | undefined, sourceArn: string): S3Client {
    const key = this.#authority === undefined ? "" : `${roleArn} ${sourceArn}`;
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const client = new S3Client({
      ...this.#settings,
      forcePathStyle: true,
      ...this.#credentials(roleArn, sourceArn),
    });
    this.#clients.set(key, client);
    return client;
  }

  /** @throws ServiceError ValidationException where SageMaker may not assume the role. */
  async check(roleArn: string, sourceArn: string): Promise<void> {
    const session = await this.#authority?.assume(roleArn, sessionOf(sourceArn));
    if (session === undefined || !("message" in session)) return;
    throw new ServiceError(
      "ValidationException",
      `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal ` +
        "'sagemaker.amazonaws.com' to assume the role.",
    );
  }

  destroy(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  #credentials(roleArn: string | undefined, sourceArn: string) {
    const authority = this.#authority;
    if (authority === undefined) {
      const root = { accessKeyId: "test", secretAccessKey: "test" };
      return this.#settings.endpoint === undefined ? {} : { credentials: root };
    }
    return {
      credentials: async () => {
        if (roleArn === undefined) {
          throw new ServiceError("AccessDenied", `${sourceArn} has no execution role.`);
        }
        const session = await authority.assume(roleArn, sessionOf(sourceArn));
        if ("message" in session) throw new ServiceError(session.code, session.message);
        return session;
      },
    };
  }
}

function sessionOf(sourceArn: string) {
  return { sourceArn, sessionName: "SageMaker" };
}
