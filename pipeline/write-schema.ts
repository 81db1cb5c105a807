import { writeFile } from "node:fs/promises";
import { configJsonSchema } from "./config.ts";

// npm run schema: after a change of pipeline/config.ts.
await writeFile("pipeline.schema.json", `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
