import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export interface FakeIssue {
  readonly number: number;
  title: string;
  body: string;
  state: string;
  readonly labels: readonly string[];
  readonly created_at?: string;
}

export interface FakeComment {
  readonly id: number;
  readonly issue: number;
  body: string;
  readonly user: { readonly type: "Bot" | "User" };
}

/** The part of GitHub's REST API that the repository's own actions use, for one repository `o/r`. */
export interface FakeGitHub extends AsyncDisposable {
  readonly url: string;
  readonly issues: FakeIssue[];
  readonly comments: FakeComment[];
  /** The requests so far: `POST /repos/o/r/issues`. */
  readonly requests: string[];
  /** A status that every request which writes is answered with. */
  refuseWrites: number | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Starts it on a free port of the loopback. Lists come in pages, as GitHub's do. */
export async function startFakeGitHub(): Promise<FakeGitHub> {
  const github: Omit<FakeGitHub, "url" | typeof Symbol.asyncDispose> = {
    issues: [],
    comments: [],
    requests: [],
    refuseWrites: undefined,
  };
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", headers } = request;
    const url = new URL(request.url ?? "/", `http://${headers.host}`);
    github.requests.push(`${method} ${url.pathname}`);
    const sent = method === "GET" ? {} : ((await json(request)) as Record<string, unknown>);
    const refused = method === "GET" ? undefined : github.refuseWrites;
    const { status, body } =
      headers.authorization !== "token secret"
        ? { status: 401, body: { message: "Bad credentials" } }
        : refused === undefined
          ? route(github, method, url, sent)
          : { status: refused, body: { message: "Resource not accessible by integration" } };
    response.setHeader("content-type", "application/json");
    if (Array.isArray(body)) {
      const size = Number(url.searchParams.get("per_page") ?? 30);
      const page = Number(url.searchParams.get("page") ?? 1);
      const next = new URL(url);
      next.searchParams.set("page", String(page + 1));
      if (page * size < body.length) response.setHeader("link", `<${next.href}>; rel="next"`);
      response.writeHead(status).end(JSON.stringify(body.slice((page - 1) * size, page * size)));
    } else {
      response.writeHead(status).end(JSON.stringify(body));
    }
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(github, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  });
}

type Store = Pick<FakeGitHub, "issues" | "comments">;

function route(
  { issues, comments }: Store,
  method: string,
  url: URL,
  sent: Record<string, unknown>,
): Answer {
  const path = url.pathname.replace("/repos/o/r/issues", "");
  const [, number, comment] = /^\/(?:(\d+)|comments\/(\d+))/.exec(path) ?? [];
  const issue = issues.find((each) => each.number === Number(number));
  switch (`${method} ${path.replaceAll(/\d+/g, "#")}`) {
    case "GET ": {
      const { state, labels = "" } = Object.fromEntries(url.searchParams);
      const found = issues.filter((each) => each.state === state && each.labels.includes(labels));
      return { status: 200, body: found };
    }
    case "POST ": {
      const created_at = new Date().toISOString();
      const made = { number: issues.length + 1, state: "open", created_at, ...sent } as FakeIssue;
      issues.push(made);
      return { status: 201, body: made };
    }
    case "PATCH /#":
      if (issue === undefined) break;
      return { status: 200, body: Object.assign(issue, sent) };
    case "GET /#/comments":
      return { status: 200, body: comments.filter((each) => each.issue === Number(number)) };
    case "POST /#/comments": {
      const id = comments.length + 1;
      const made = {
        id,
        issue: Number(number),
        body: String(sent["body"]),
        user: { type: "Bot" },
      } as const;
      comments.push({ ...made });
      return { status: 201, body: { ...made, html_url: `https://github.test/comment-${id}` } };
    }
    case "PATCH /comments/#": {
      const found = comments.find(({ id }) => id === Number(comment));
      if (found === undefined) break;
      Object.assign(found, sent);
      return {
        status: 200,
        body: { ...found, html_url: `https://github.test/comment-${found.id}` },
      };
    }
  }
  return { status: 404, body: { message: "Not Found" } };
}
