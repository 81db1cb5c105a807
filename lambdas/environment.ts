/** A Lambda's setting. @throws Error naming the variable where it is not set: the function can't start. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Error(`the environment variable ${name} is not set: application.yaml sets it`);
  }
  return value;
}
