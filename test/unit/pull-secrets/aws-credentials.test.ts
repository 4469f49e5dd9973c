import { inspect } from "node:util";
import { expect, test } from "vitest";
import { writeAwsCredentials } from "../../../src/pull-secrets/aws-credentials.ts";
import { layoutOf } from "../../../src/pull-secrets/layout.ts";
import { SecretValue } from "../../../src/secret-value.ts";

const session = {
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: new SecretValue("secret/key"),
  sessionToken: new SecretValue('to"ken'),
  expiresAt: new Date("2026-11-21T13:00:00.456Z"),
};
const format = { mountPath: "/var/run/secrets/aws", region: undefined };

test("credentials are what SDKs expect of a credential_process", () => {
  const text = writeAwsCredentials(session, format)["credentials.json"]?.reveal() ?? "";
  expect(JSON.parse(text)).toEqual({
    Version: 1,
    AccessKeyId: "ASIAEXAMPLE",
    SecretAccessKey: "secret/key",
    SessionToken: 'to"ken',
    Expiration: "2026-11-21T13:00:00Z",
  });
});

test.each([
  [undefined, ["[default]", "credential_process = cat /aws/credentials.json", ""]],
  [
    "eu-west-1",
    ["[default]", "credential_process = cat /aws/credentials.json", "region = eu-west-1", ""],
  ],
])("the config for region %s names the file beside it", (region, lines) => {
  const { config } = writeAwsCredentials(session, { mountPath: "/aws", region });
  expect(config?.reveal().split("\n")).toEqual(lines);
});

test("the files are the keys of the layout, and show nothing when they are printed", () => {
  const files = writeAwsCredentials(session, format);
  const layout = layoutOf({ type: "awsCredentials", roleArn: "", sessionPolicy: "", ...format });
  expect(Object.keys(files)).toEqual(layout.keys);
  expect(`${inspect(files)}${JSON.stringify(files)}`).not.toMatch(/secret\/key|to.*ken/);
});
