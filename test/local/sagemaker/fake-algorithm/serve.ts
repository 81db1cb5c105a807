// A serving container: answers model.json's "answer", refuses the body "refuse", fails on "fail".
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { text } from "node:stream/consumers";

const [folder = ""] = process.argv.slice(2);
const model = JSON.parse(readFileSync(path.join(folder, "model.json"), "utf8")) as {
  answer: number[];
  start?: string;
};
if (model.start === "fail") throw new Error("the model does not load");

const server = createServer((request, response) => {
  void text(request).then((body) => {
    if (request.url === "/ping") return response.end();
    if (body === "refuse") return response.writeHead(400).end("not a picture");
    if (body === "fail") return response.writeHead(500).end("out of order");
    if (body === "slow") return setTimeout(() => response.end("late"), 500);
    const lines = request.headers.accept === "application/jsonlines";
    response.setHeader("content-type", lines ? "application/jsonlines" : "application/json");
    return response.end(JSON.stringify(lines ? { prediction: model.answer } : model.answer));
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(JSON.stringify({ port: typeof address === "object" ? address?.port : 0 }));
});
