const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** A run that Ctrl-C, SIGTERM or SIGHUP can end. */
export interface Cancel extends Disposable {
  /** Aborted by the first signal; its reason names the signal. */
  readonly signal: AbortSignal;
  /** 128 and the signal's number once there was one. */
  readonly exitCode: number | undefined;
}

/**
 * The first signal aborts the run, which then stops or tears down what it started; a second one
 * within `graceMs` is taken for the same wish, a later one ends the process at once. Disposing gives
 * the signals back their usual meaning.
 */
export function cancelOnSignals(say: (signal: string) => void, graceMs = 0): Cancel {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let since = 0;
  const listeners = Object.entries(codes).map(([name, code]) => {
    const listener = () => {
      if (exitCode !== undefined) {
        if (Date.now() - since >= graceMs) process.exit(exitCode);
        return;
      }
      exitCode = code;
      since = Date.now();
      say(name);
      controller.abort(new Error(`The run was cancelled by ${name}.`));
    };
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]: () => {
      for (const off of listeners) off();
    },
  };
}
