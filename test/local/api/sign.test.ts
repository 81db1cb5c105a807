import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { signedHeaders } from "../../../local/api/sign.ts";
import { ensureVenv } from "../../../local/venv.ts";

const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
const asked = { method: "POST", host: "a.execute-api.us-east-1.amazonaws.com", path: "/classify" };

test("a request is signed as botocore signs it", async () => {
  const body = '{"s3_key":"a/ü.png"}';
  const now = new Date(Date.UTC(2026, 0, 31, 12, 34, 56));
  const headers = signedHeaders({ ...asked, body }, keys, { region: "us-east-1", now });
  const code = `import sys, datetime, botocore.auth as a
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
a.get_current_datetime = lambda remove_tzinfo=True: datetime.datetime(2026, 1, 31, 12, 34, 56)
r = AWSRequest("POST", "https://" + sys.argv[1] + "/classify", data=sys.argv[2].encode(), headers={"content-type": "application/json"})
a.SigV4Auth(Credentials("AKIDEXAMPLE", "secret", "token"), "execute-api", "us-east-1").add_auth(r)
print(r.headers["Authorization"])`;
  const python = join(await ensureVenv(() => undefined), "bin", "python");
  const { stdout } = await promisify(execFile)(python, ["-c", code, asked.host, body]);
  expect(headers["authorization"]).toBe(stdout.trim());
});
