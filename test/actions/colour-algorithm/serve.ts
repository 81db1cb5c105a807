// A serving container that tells pictures by their first pixel's red: p(bicycle) = red / 255. With
// "served": "hangs" it never answers.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { inflateSync } from "node:zlib";

const [folder = ""] = process.argv.slice(2);
const { served } = JSON.parse(readFileSync(path.join(folder, "model.json"), "utf8")) as {
  served: string;
};

const server = createServer((request, response) => {
  void buffer(request).then((png) => {
    if (request.url === "/ping") return response.end();
    if (served === "hangs") return undefined;
    // Behind 41 bytes of headers, the row's filter and then the first pixel, which no filter alters.
    const bicycle = (inflateSync(png.subarray(41))[1] ?? 0) / 255;
    const answer = [bicycle, 1 - bicycle];
    const lines = request.headers.accept === "application/jsonlines";
    response.setHeader("content-type", lines ? "application/jsonlines" : "application/json");
    return response.end(JSON.stringify(lines ? { prediction: answer } : answer));
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(JSON.stringify({ port: typeof address === "object" ? address?.port : 0 }));
});
