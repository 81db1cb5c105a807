import type { IncomingMessage } from "node:http";

/**
 * Why a request to a server on loopback is not answered, or undefined. Only this machine reaches the
 * server, but any site that is open in its browser could send requests: by a host name of its own that
 * resolves to 127.0.0.1, or from its own origin. Tools such as curl and AWS's SDKs send no origin.
 */
export function refusalOf({ headers, socket }: IncomingMessage): string | undefined {
  const hosts = [`127.0.0.1:${socket.localPort}`, `localhost:${socket.localPort}`];
  if (!hosts.includes(headers.host ?? "")) return `the host ${headers.host} is not this server's`;
  const { origin } = headers;
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) {
    return `the origin ${origin} is not this server's`;
  }
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return `a request from ${site === "cross-site" ? "another site" : "another origin"}`;
  }
  return undefined;
}
