import { expect, test } from "@jest/globals";
import { StepError } from "../../pipeline/errors.ts";
import { explain } from "../../pipeline/explain.ts";

function awsError(name: string, message: string, rest: object = {}): Error {
  return Object.assign(new Error(message), { name, $fault: "client", ...rest });
}

test.each([
  ["ExpiredTokenException", "The credentials are over. Run the job again"],
  ["RequestExpired", "The credentials are over. Run the job again"],
  ["CredentialsProviderError", "run aws-actions/configure-aws-credentials before this step"],
  ["AccessDeniedException", "compare it with cloudformation/bootstrap.yaml"],
  ["UnrecognizedClientException", "AWS does not know these credentials"],
  ["InvalidAccessKeyId", "AWS does not know these credentials"],
  ["InvalidToken", "AWS does not know these credentials"],
  ["ThrottlingException", "AWS throttled it: run the step again later"],
])("%s: AWS's words, and what to do", (name, next) => {
  const text = explain(awsError(name, "AWS's words"));
  expect(text).toMatch(/^AWS's words\. /);
  expect(text).toContain(next);
});

test("throttling for ever names the attempts", () => {
  const error = awsError("ThrottlingException", "Rate exceeded.", { $metadata: { attempts: 5 } });
  expect(explain(error)).toBe("Rate exceeded. AWS throttled it 5 times: run the step again later.");
});

test("a connection that failed at every address is named by all of them", () => {
  const addresses = ["::1", "127.0.0.1"].map((host) => new Error(`connect ECONNREFUSED ${host}:1`));
  const error = Object.assign(new AggregateError(addresses), { code: "ECONNREFUSED" });
  expect(explain(error)).toMatch(
    /^connect ECONNREFUSED ::1:1, connect ECONNREFUSED 127.0.0.1:1. AWS was not reached/,
  );
});

test("an error of the pipeline says what to do by itself", () => {
  const error = new StepError("No dataset is staged. Run stage-data.", { cause: new Error("404") });
  expect(explain(error)).toBe("No dataset is staged. Run stage-data.");
});

test("a lacking permission behind an error of the pipeline is explained too", () => {
  const cause = awsError("AccessDeniedException", "not authorized to perform: iam:PassRole");
  const error = new StepError(`Training job a was refused: ${cause.message}`, { cause });
  expect(explain(error)).toMatch(/iam:PassRole\. The role lacks this permission/);
});

test("what is no error, and an error without words, still say something", () => {
  expect(explain("stopped")).toBe("stopped");
  expect(explain(new TypeError(""))).toBe("TypeError");
});
