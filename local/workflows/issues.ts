import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly state: "open" | "closed";
  /** ISO 8601. */
  readonly created_at: string;
}

/** The issues of one repository, at GitHub's API. */
export interface IssueTracker extends AsyncDisposable {
  /** For `GITHUB_API_URL`. */
  readonly url: string;
  readonly issues: readonly Issue[];
}

type Fields = Partial<Pick<Issue, "title" | "body" | "labels" | "state">>;

/**
 * Answers GitHub's REST API for issues, as far as a workflow here asks for it: list, create, update and
 * comment. Anything else is answered with 404 and its path.
 */
export async function startIssueTracker(): Promise<IssueTracker> {
  const issues: Issue[] = [];
  const answer = async (request: IncomingMessage): Promise<[status: number, body: unknown]> => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    const [, id, comments] =
      /^\/repos\/[^/]+\/[^/]+\/issues(?:\/(\d+))?(\/comments)?$/.exec(pathname) ?? [];
    const found = issues.findIndex((issue) => issue.number === Number(id));
    const issue = issues[found];
    switch (`${request.method} ${pathname.replace(/^.*\/issues/, "issues").replace(/\d+/, "N")}`) {
      case "GET issues":
        return [200, issues.filter((each) => matches(each, searchParams))];
      case "POST issues": {
        const { title = "", body = "", labels = [] } = await fields(request);
        const created_at = new Date().toISOString();
        const number = issues.length + 1;
        const made: Issue = { number, title, body, labels, state: "open", created_at };
        issues.push(made);
        return [201, made];
      }
      case "PATCH issues/N":
        if (issue === undefined) break;
        issues[found] = { ...issue, ...(await fields(request)) };
        return [200, issues[found]];
      case "POST issues/N/comments":
        if (issue === undefined || comments === undefined) break;
        return [201, await fields(request)];
      default:
    }
    return [404, { message: `${request.method} ${pathname} is not there` }];
  };
  const server = createServer((request, response) => {
    void answer(request)
      .catch((error: unknown): [number, unknown] => [500, { message: String(error) }])
      .then(([status, body]) => {
        response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
        return response.end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    issues,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function matches({ state, labels }: Issue, query: URLSearchParams): boolean {
  const wanted = query.get("state") ?? "open";
  const needed = query.get("labels")?.split(",") ?? [];
  return (wanted === "all" || wanted === state) && needed.every((label) => labels.includes(label));
}

async function fields(request: IncomingMessage): Promise<Fields> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Fields;
}
