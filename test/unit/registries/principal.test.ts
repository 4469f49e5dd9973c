import { describe, expect, test } from "vitest";
import { principalOf } from "../../../src/registries/principal.ts";

const role = { account: "123456789012", partition: "aws", kind: "role", name: "pull" };
const session = "arn:aws:sts::123456789012:assumed-role";

describe("who is named in a policy for", () => {
  test.each([
    ["a session", `${session}/pull/prod`, "arn:aws:iam::123456789012:role/pull", role],
    ["a role", "arn:aws:iam::123456789012:role/pull", "arn:aws:iam::123456789012:role/pull", role],
    [
      "a role with a path",
      "arn:aws:iam::123456789012:role/teams/a/pull",
      "arn:aws:iam::123456789012:role/teams/a/pull",
      role,
    ],
    [
      "a session in China",
      "arn:aws-cn:sts::123456789012:assumed-role/pull/prod",
      "arn:aws-cn:iam::123456789012:role/pull",
      { ...role, partition: "aws-cn" },
    ],
    [
      "a user",
      "arn:aws:iam::123456789012:user/people/jane",
      "arn:aws:iam::123456789012:user/people/jane",
      { ...role, kind: "user", name: "jane" },
    ],
    [
      "an account's root",
      "arn:aws:iam::123456789012:root",
      "arn:aws:iam::123456789012:root",
      { ...role, kind: "root", name: "root" },
    ],
  ])("%s", (_, arn, named, about) => {
    expect(principalOf(arn)).toEqual({ ...about, arn: named });
  });
});

describe("nobody can be named for", () => {
  test.each([
    ["nothing", ""],
    ["a session without its name", `${session}/pull`],
    ["a session with a path", `${session}/teams/pull/prod`],
    ["a federated user", "arn:aws:sts::123456789012:federated-user/jane"],
    ["a service", "lambda.amazonaws.com"],
    ["a role that STS would name", "arn:aws:sts::123456789012:role/pull"],
    ["an account that is none", "arn:aws:iam::1234:role/pull"],
    ["a name with a blank", "arn:aws:iam::123456789012:role/pu ll"],
    ["a name with a command", "arn:aws:iam::123456789012:role/$(id)"],
    ["everybody", "*"],
  ])("%s", (_, arn) => {
    expect(principalOf(arn)).toBeUndefined();
  });
});
