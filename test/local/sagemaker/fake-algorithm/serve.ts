// A serving container: answers model.json's "answer", with its "status", after "delayMs".
// Some bodies are told apart: it refuses "refuse", fails on "fail", is late on "slow", tells its process
// on "who" and ends on "crash".
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { text } from "node:stream/consumers";

const [folder = ""] = process.argv.slice(2);
const model = JSON.parse(readFileSync(path.join(folder, "model.json"), "utf8")) as {
  answer: number[];
  start?: string;
  status?: number;
  delayMs?: number;
};
if (model.start === "fail") throw new Error("the model does not load");

const server = createServer((request, response) => {
  void text(request).then((body) => {
    if (request.url === "/ping") return response.end();
    if (body === "refuse") return response.writeHead(400).end("not a picture");
    if (body === "fail") return response.writeHead(500).end("out of order");
    if (body === "who") return response.end(String(process.pid));
    if (body === "crash") process.exit(1);
    if (body === "slow") return setTimeout(() => response.end("late"), 500);
    const lines = request.headers.accept === "application/jsonlines";
    response.setHeader("content-type", lines ? "application/jsonlines" : "application/json");
    const answer = JSON.stringify(lines ? { prediction: model.answer } : model.answer);
    response.statusCode = model.status ?? 200;
    if (model.delayMs === undefined) return response.end(answer);
    return setTimeout(() => response.end(answer), model.delayMs);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(JSON.stringify({ port: typeof address === "object" ? address?.port : 0 }));
});
