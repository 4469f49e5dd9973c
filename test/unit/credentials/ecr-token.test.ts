import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { readAuthorizationToken } from "../../../src/credentials/ecr-token.ts";
import { MintError } from "../../../src/errors.ts";
import { SecretValue } from "../../../src/secret-value.ts";

const canary = "hunter2canary";

describe("an authorizationToken", () => {
  test.each([
    ["a plain password", "secret"],
    ["a password with colons", ":se:cret::"],
    ["a password like ECR's", Buffer.from('{"payload":"x","version":"2"}').toString("base64")],
    ["a password of many kB", "x".repeat(20_000)],
  ])("gives user AWS and %s", (_, password) => {
    const login = readAuthorizationToken(token(`AWS:${password}`), "ECR");
    expect(login.username).toBe("AWS");
    expect(login.password.reveal()).toBe(password);
  });

  test.each([
    ["an empty text", ""],
    ["a text that isn't base64", `${canary}!`],
    ["a text that isn't base64", `AWS:${canary}`],
    ["a text that isn't base64", `${base64(`AWS:${canary}`)}\n`],
    ["a text that isn't base64", `=${base64(`AWS:${canary}`)}`],
    ["no colon", base64(canary)],
    ["another user", base64(`root:${canary}`)],
    ["another user", base64(`aws:${canary}`)],
    ["another user", base64(`:${canary}`)],
    ["another user", base64(` AWS:${canary}`)],
    ["an empty password", base64("AWS:")],
    ["a password with spaces, control or non-ASCII characters", base64(`AWS:${canary}\n`)],
    ["a password with spaces, control or non-ASCII characters", base64(`AWS:${canary}\0`)],
    ["a password with spaces, control or non-ASCII characters", base64(`AWS:${canary} x`)],
    ["a password with spaces, control or non-ASCII characters", base64(`AWS:${canary}é`)],
  ])("is refused, telling the shape only: %s", (found, content) => {
    const error = thrownBy(() => readAuthorizationToken(new SecretValue(content), "ECR"));
    expect(error).toBeInstanceOf(MintError);
    expect(error).toMatchObject({
      kind: "malformed",
      message: `ECR's authorizationToken can't be read: expected base64 of AWS:<password>, got ${found}`,
    });
    const shown = inspect(error, { depth: 9 });
    expect(shown).not.toContain(canary);
    expect(shown).not.toContain(base64(canary).slice(0, 12));
  });

  test("is refused in the name of whose it is", () => {
    const error = thrownBy(() => readAuthorizationToken(new SecretValue(""), "ECR Public"));
    expect(String(error)).toContain("ECR Public's authorizationToken can't be read");
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function token(content: string): SecretValue {
  return new SecretValue(base64(content));
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
