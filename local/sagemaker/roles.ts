import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { S3Client } from "@aws-sdk/client-s3";
import { ROOT_CREDENTIALS } from "../ministack.ts";
import type { Authority } from "./authority.ts";
import { ContainerLog } from "./container-log.ts";
import type { LogStream } from "./log-streams.ts";
import { ServiceError, validationException } from "./wire.ts";

interface Settings {
  readonly region: string;
  /** Undefined where the environment says where S3 is. */
  readonly s3Endpoint: string | undefined;
  /** Undefined where there is none. */
  readonly cloudWatchEndpoint: string | undefined;
}

/** AWS's services as jobs and endpoints reach them: under the role that they were given. */
export class Roles {
  readonly #settings: Settings;
  readonly #authority: Authority | undefined;
  readonly #s3 = new Map<string, S3Client>();
  readonly #cloudWatch = new Map<string, CloudWatchClient>();
  readonly #logs = new Map<string, CloudWatchLogsClient>();

  /** Without an authority there are no roles: whatever is asked for is done as the root of a local AWS. */
  constructor(settings: Settings, authority: Authority | undefined) {
    this.#settings = settings;
    this.#authority = authority;
  }

  /**
   * S3 for what `sourceArn` names, under its role. Sessions are taken as they are needed; requests
   * fail in AWS's words where the role can't be assumed.
   */
  s3(roleArn: string | undefined, sourceArn: string): S3Client {
    const { region, s3Endpoint: endpoint } = this.#settings;
    return this.#kept(this.#s3, roleArn, sourceArn, () => {
      const credentials = this.#credentials(roleArn, sourceArn, endpoint);
      return new S3Client({
        region,
        ...(endpoint !== undefined && { endpoint }),
        forcePathStyle: true,
        ...credentials,
      });
    });
  }

  /**
   * CloudWatch, likewise.
   * @throws ServiceError ValidationException where the local SageMaker was given none.
   */
  cloudWatch(roleArn: string | undefined, sourceArn: string): CloudWatchClient {
    const { region, cloudWatchEndpoint: endpoint } = this.#settings;
    if (endpoint === undefined) {
      throw validationException("The local SageMaker has no CloudWatch here.");
    }
    return this.#kept(this.#cloudWatch, roleArn, sourceArn, () => {
      const credentials = this.#credentials(roleArn, sourceArn, endpoint);
      return new CloudWatchClient({ region, endpoint, ...credentials });
    });
  }

  /** A stream of CloudWatch Logs, likewise; undefined where the local SageMaker was given no CloudWatch. */
  log(roleArn: string | undefined, sourceArn: string, stream: LogStream): ContainerLog | undefined {
    const { region, cloudWatchEndpoint: endpoint } = this.#settings;
    if (endpoint === undefined) return undefined;
    const client = this.#kept(this.#logs, roleArn, sourceArn, () => {
      const credentials = this.#credentials(roleArn, sourceArn, endpoint);
      return new CloudWatchLogsClient({ region, endpoint, ...credentials });
    });
    return new ContainerLog(client, stream);
  }

  /** @throws ServiceError ValidationException where SageMaker may not assume the role. */
  async check(roleArn: string, sourceArn: string): Promise<void> {
    const session = await this.#authority?.assume(roleArn, sessionOf(sourceArn));
    if (session === undefined || !("message" in session)) return;
    throw validationException(
      `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal ` +
        "'sagemaker.amazonaws.com' to assume the role.",
    );
  }

  destroy(): void {
    for (const clients of [this.#s3, this.#cloudWatch, this.#logs])
      for (const client of clients.values()) client.destroy();
  }

  /** One client for each role and purpose. */
  #kept<Client>(
    clients: Map<string, Client>,
    roleArn: string | undefined,
    sourceArn: string,
    make: () => Client,
  ): Client {
    const key = this.#authority === undefined ? "" : `${roleArn} ${sourceArn}`;
    const client = clients.get(key) ?? make();
    clients.set(key, client);
    return client;
  }

  #credentials(roleArn: string | undefined, sourceArn: string, endpoint: string | undefined) {
    const authority = this.#authority;
    if (authority === undefined)
      return endpoint === undefined ? {} : { credentials: ROOT_CREDENTIALS };
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
