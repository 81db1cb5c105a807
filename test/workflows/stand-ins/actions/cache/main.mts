import { appendFileSync, symlinkSync } from "node:fs";

const { INPUT_PATH: path = "", STAND_IN_NODE_MODULES: source = "" } = process.env;
if (path.trim() !== "node_modules") throw new Error(`This cache holds only node_modules: ${path}`);
symlinkSync(source, "node_modules");
appendFileSync(process.env["GITHUB_OUTPUT"] ?? "", "cache-hit=true\n");
