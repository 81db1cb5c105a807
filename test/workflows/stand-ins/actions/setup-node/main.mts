const wanted = process.env["INPUT_NODE-VERSION"] ?? "";
const here = process.versions.node;
if (!`${here}.`.startsWith(`${wanted}.`)) {
  console.log(`::error::Node ${wanted} is wanted, and ${here} is first on PATH`);
  process.exitCode = 1;
}
console.log(`Node ${here}`);
