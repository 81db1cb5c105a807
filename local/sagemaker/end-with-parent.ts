// Preloaded into every container process: its standard input ends when the local SageMaker does,
// also when that was killed, and no container may outlive it.
process.stdin.on("end", () => process.exit(1));
process.stdin.resume();
(process.stdin as { unref?: () => void }).unref?.();
