import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "@jest/globals";

/** Chromium or Chrome of this machine, where there is one. */
export const browser = ["chromium", "chromium-browser", "google-chrome"]
  .flatMap((name) =>
    (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name)),
  )
  .find(existsSync);

/** A test that is skipped where there is no browser. */
export const testInBrowser = browser === undefined ? test.skip : test;

/** Never the user's own profile, and nothing fetched in the background. */
export const flags = (profile: string) => [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  `--user-data-dir=${profile}`,
];

export interface Page extends AsyncDisposable {
  /** Errors and warnings on the console, and exceptions, since the page was opened. */
  readonly complaints: string[];
  /** The value of an expression in the page; a promise's where it is one. */
  evaluate(expression: string): Promise<unknown>;
  /** Waits until an expression is true, at most 60 s. */
  until(expression: string): Promise<void>;
  /** Drops files onto the element of a selector, as a person does. */
  drop(selector: string, files: readonly string[]): Promise<void>;
  /** Chooses a file in the input of a selector. */
  choose(selector: string, file: string): Promise<void>;
  /** Any other command of the DevTools protocol. */
  send(method: string, params?: object): Promise<Record<string, unknown>>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** Opens a page in a headless browser of its own, driven over the DevTools protocol. */
export async function openPage(url: string): Promise<Page> {
  await using stack = new AsyncDisposableStack();
  const profile = await mkdtemp(join(tmpdir(), "scones-browser-"));
  stack.defer(() => rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const child = spawn(browser ?? "", [...flags(profile), "--remote-debugging-port=0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  stack.defer(async () => {
    const closed = once(child, "close");
    if (child.exitCode === null && child.kill("SIGKILL")) await closed;
  });
  const socket = new WebSocket(await pageOf(child.stderr));
  stack.defer(() => socket.close());
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  const complaints: string[] = [];
  const waiting = new Map<number, (message: Message) => void>();
  const listeners = new Map<string, () => void>();
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    listeners.get(message.method ?? "")?.();
    const complaint = complaintIn(message);
    if (complaint !== undefined) complaints.push(complaint);
  });
  const send = (method: string, params: object = {}) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const id = waiting.size + 1;
      waiting.set(id, ({ result = {}, error }) =>
        error === undefined ? resolve(result) : reject(new Error(`${method}: ${error.message}`)),
      );
      socket.send(JSON.stringify({ id, method, params }));
    });
  const evaluate = async (expression: string) => {
    const asked = { expression, awaitPromise: true, returnByValue: true };
    const { result } = (await send("Runtime.evaluate", asked)) as { result: { value?: unknown } };
    return result.value;
  };
  const nodeOf = async (selector: string) => {
    const { root } = (await send("DOM.getDocument")) as { root: { nodeId: number } };
    return send("DOM.querySelector", { nodeId: root.nodeId, selector });
  };
  for (const domain of ["Runtime", "Log", "Page", "DOM"]) await send(`${domain}.enable`);
  const loaded = new Promise<void>((resolve) => listeners.set("Page.loadEventFired", resolve));
  await send("Page.navigate", { url });
  await loaded;
  const open = stack.move();
  return {
    complaints,
    evaluate,
    send,
    until: async (expression) => {
      const deadline = Date.now() + 60_000;
      while ((await evaluate(expression)) !== true) {
        if (Date.now() > deadline)
          throw new Error(`within 60 s, this did not come true: ${expression}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    drop: async (selector, files) => {
      const target = `document.querySelector(${JSON.stringify(selector)})`;
      await evaluate(`${target}.scrollIntoView({ block: "center" })`);
      const place = `${target}.getBoundingClientRect()`;
      const [x, y] = (await evaluate(
        `(({ x, y, width, height }) => [x + width / 2, y + height / 2])(${place})`,
      )) as [number, number];
      const data = { items: [], files, dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", "drop"]) {
        await send("Input.dispatchDragEvent", { type, x, y, data });
      }
    },
    choose: async (selector, file) => {
      await send("DOM.setFileInputFiles", { ...(await nodeOf(selector)), files: [file] });
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** The address of the browser's first page, from what it says on its stderr. */
async function pageOf(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(stderr)) {
    const [, host] = /DevTools listening on ws:\/\/([^/]+)/.exec(line) ?? [];
    if (host === undefined) continue;
    stderr.resume();
    const pages = (await (await fetch(`http://${host}/json/list`)).json()) as {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    return pages.find(({ type }) => type === "page")?.webSocketDebuggerUrl ?? "";
  }
  throw new Error("the browser ended before it listened");
}

function complaintIn({ method, params = {} }: Message): string | undefined {
  if (method === "Runtime.exceptionThrown") return JSON.stringify(params["exceptionDetails"]);
  if (
    method === "Runtime.consoleAPICalled" &&
    ["error", "warning"].includes(String(params["type"]))
  ) {
    return JSON.stringify(params["args"]);
  }
  if (method !== "Log.entryAdded") return undefined;
  const { level, text } = params["entry"] as { level: string; text: string };
  return level === "error" || level === "warning" ? text : undefined;
}
