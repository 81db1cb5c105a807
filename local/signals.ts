const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** A run that Ctrl-C, SIGTERM or SIGHUP can end. */
export interface Cancel extends Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** 128 and the signal's number once there was one. */
  readonly exitCode: number | undefined;
}

/**
 * The first signal aborts the run, which then tears down; a second one ends the process at once,
 * children included. Disposing gives the signals back their usual meaning.
 */
export function cancelOnSignals(say: (text: string) => void): Cancel {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const listeners = Object.entries(codes).map(([name, code]) => {
    const listener = () => {
      if (exitCode !== undefined) process.exit(exitCode);
      exitCode = code;
      say(`${name}: tearing down what was started; once more ends at once`);
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
