import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { readStaticLogin } from "../../../src/credentials/static-login.ts";
import { SecretValue } from "../../../src/secret-value.ts";

const canary = "hunter2canary";
const keyFile = `{\n  "type": "service_account",\n  "private_key": "-----BEGIN\\n${canary}"\n}\n`;

describe("a kept secret that holds both", () => {
  test.each([
    ["two fields", { username: "robot", password: canary }],
    ["others beside", { username: "robot", password: canary, engine: "mysql", port: 3306 }],
    [
      "a password with colons, spaces and newlines",
      { username: "robot", password: ` :\n${canary}` },
    ],
    ["a username with every sign but a colon", { username: "team$ci+robot@x", password: canary }],
  ])("is read: %s", (_, value) => {
    const login = read(JSON.stringify(value));
    expect(login).toEqual({ username: value.username, password: value.password });
  });

  test.each([
    ["an empty text", "", "a text that isn't JSON"],
    ["a bare password", canary, "a text that isn't JSON"],
    ["user:password", `robot:${canary}`, "a text that isn't JSON"],
    [
      "JSON that is cut off",
      `{"username": "robot", "password": "${canary}`,
      "a text that isn't JSON",
    ],
    ["a list", `["robot", "${canary}"]`, "JSON that isn't an object"],
    ["a text in quotes", `"${canary}"`, "JSON that isn't an object"],
    ["a number", "4711", "JSON that isn't an object"],
    ["null", "null", "JSON that isn't an object"],
    ["no username", { password: canary }, "no username as text"],
    ["no password", { username: canary }, "no password as text"],
    ["neither", { user: "robot", pass: canary }, "no username and no password as text"],
    ["a number for a password", { username: "robot", password: 4711 }, "no password as text"],
    ["null for a username", { username: null, password: canary }, "no username as text"],
    ["an empty username", { username: "", password: canary }, "an empty username"],
    ["an empty password", { username: canary, password: "" }, "an empty password"],
    ["a colon", { username: `a:${canary}`, password: canary }, "a username with colons"],
    ["a newline", { username: "robot\n", password: canary }, "a username with colons"],
    ["another script", { username: "röbot", password: canary }, "a username with colons"],
  ])("is refused, telling the shape only: %s", (_, value, found) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const problem = readStaticLogin(new SecretValue(text), undefined);
    expect(problem).toContain(found);
    expect(problem).not.toContain(canary);
  });
});

describe("a kept secret that is the password", () => {
  test.each([
    ["as it is", canary, canary],
    ["without the newline at the end of a file", `${canary}\n`, canary],
    ["without the newline of another system", `${canary}\r\n`, canary],
    ["without one newline of two", `${canary}\n\n`, `${canary}\n`],
    ["with spaces at its ends", ` ${canary} `, ` ${canary} `],
    ["with a brace at its beginning", `{${canary}\n`, `{${canary}`],
    ["a key file, as it is", keyFile, keyFile],
    ["a number, which is JSON, and no key file", "4711\n", "4711"],
  ])("is read: %s", (_, value, password) => {
    expect(read(value, "_json_key")).toEqual({ username: "_json_key", password });
  });

  test.each(["", "\n", "\r\n"])("is refused when nothing is in it: %j", (value) => {
    expect(readStaticLogin(new SecretValue(value), "robot")).toBe("an empty text");
  });

  test("is refused when it is a whole login: no registry has that as its password", () => {
    const value = JSON.stringify({ username: "robot", password: canary });
    const found =
      "a username and a password as JSON, which are read without username in the config";
    expect(readStaticLogin(new SecretValue(value), "robot")).toBe(found);
  });

  test.each([
    [undefined, JSON.stringify({ username: "robot", password: `${canary}\0` })],
    ["robot", `${canary}\0`],
  ])("is refused with a NUL in it, which clients cut off: username %s", (username, value) => {
    expect(readStaticLogin(new SecretValue(value), username)).toBe("a password with a NUL in it");
  });

  test("isn't shown when the login is", () => {
    const login = readStaticLogin(new SecretValue(canary), "robot");
    expect(inspect(login) + JSON.stringify(login)).not.toContain(canary);
  });
});

function read(value: string, username?: string) {
  const login = readStaticLogin(new SecretValue(value), username);
  return typeof login === "string" ? login : { ...login, password: login.password.reveal() };
}
