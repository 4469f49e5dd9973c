import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig, parseConfig } from "../../../src/config/load.ts";
import { ConfigError } from "../../../src/errors.ts";
import { file, problemsIn, pullSecretWith, registries } from "./config-text.ts";

const valid = pullSecretWith(registries);

describe("the text of a config", () => {
  test.each<[string, string, number | undefined, string]>([
    ["nothing", "", undefined, "the file is empty: expected a mapping with pullSecrets"],
    ["comments only", "# hello\n", undefined, "the file is empty"],
    ["a list", "- a", 1, "expected a mapping, found a list"],
    ["a sentence", "hello", 1, 'expected a mapping, found "hello"'],
    ["HTML", "<html><body>Sign in</body></html>", 1, "expected a mapping, found"],
    ["an open bracket", "pullSecrets: [\n", 2, "a bracket isn't closed"],
    ["an open quote", 'schedule: "rate\n', 2, "not valid YAML: a quote, comma, bracket or colon"],
    ["tabs", "alarms:\n\temail: a@b.c", 2, "indented with a tab; use spaces"],
    ["two colons", "schedule: rate: 1", 1, "put the text in quotes"],
    ["a key twice", `${valid}schedule: a\nschedule: b`, 5, '"schedule" is given twice'],
    ["two documents", `${valid}---\n${valid}`, 4, "several YAML documents: expected one"],
    ["a tag", "schedule: !!js/function x", 1, "tags (!name) aren't supported"],
    ["a known tag", "schedule: !!binary aGVsbG8=", 1, "tags (!name) aren't supported"],
    ["a list as key", "? [a]\n: b", 1, "a key that is a list, a mapping or tagged"],
    ["an alias to nothing", "schedule: *base", 1, "no anchor &base before the alias"],
    ["too many aliases", `a: &a x\nb: [${"*a,".repeat(101)}]`, 2, "more than 100 aliases"],
    [
      "exploding anchors",
      explodingAnchors(),
      undefined,
      "aliases (*name) unfold into more than 50",
    ],
    ["deep brackets", `pullSecrets: ${"[".repeat(20_000)}`, 1, "nested too deeply for a config"],
    ["deep braces", "{".repeat(20_000), 1, "nested too deeply for a config"],
    ["deep dashes", "- ".repeat(20_000), 1, "nested too deeply for a config"],
    ["2 MB", "#".repeat(2_000_000), undefined, "larger than 1 MB: expected a config of a few kB"],
  ])("is refused if it is %s", (_, text, line, message) => {
    const [problem, ...others] = problemsIn(text);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ file, path: "" });
    expect(problem?.line).toBe(line);
    expect(problem?.message).toContain(message);
  });

  test("is refused once, not once per line, if it is nested too deeply", () => {
    expect(problemsIn("[\n".repeat(10_000))).toMatchObject([
      { message: "nested too deeply for a config" },
    ]);
  });

  test("may use anchors within reason, and problems behind them have the anchor's line", () => {
    const text = (region: string) =>
      `pullSecrets:
  - name: one
    registries: &ecr
      - { type: ecr, region: ${region} }
  - { name: two, registries: *ecr }`;
    expect(parseConfig(text("us-east-1"), file).pullSecrets).toHaveLength(2);
    expect(problemsIn(text("nowhere"))).toMatchObject([
      { path: "pullSecrets[0].registries[0].region", line: 4 },
      { path: "pullSecrets[1].registries[0].region", line: 4 },
    ]);
  });

  test("survives an anchor that holds itself", () => {
    expect(problemsIn("pullSecrets: &all\n  - *all")).toMatchObject([
      { path: "pullSecrets[0]", message: "expected a mapping, found a list" },
    ]);
  });

  test("is told all its problems at once, in the order of its lines", () => {
    const text = `schedul: rate(5 minutes)
pullSecrets:
  - name: Bad_Name
    registries:
      - type: ecr
        region: useast1
        accounts:
          - 111122223333
      - type: ecr
        roleArn: pull
`;
    expect(problemsIn(text).map(({ path, line }) => `${line} ${path}`)).toEqual([
      "1 schedul",
      "3 pullSecrets[0].name",
      "6 pullSecrets[0].registries[0].region",
      "8 pullSecrets[0].registries[0].accounts[0]",
      "9 pullSecrets[0].registries[1].region",
      "10 pullSecrets[0].registries[1].roleArn",
    ]);
  });

  test("gives an error that reads as file, line, path and sentence", () => {
    const text = valid.replace("us-east-1", "useast1");
    expect(() => parseConfig(text, file)).toThrow(ConfigError);
    expect(() => parseConfig(text, file)).toThrow(
      'config/dev.yml:3: pullSecrets[0].registries[0].region: expected a region such as us-east-1, found "useast1"',
    );
  });

  test("never shows in an error what may be a secret", () => {
    const secret = "hunter2-hunter2";
    const texts = [
      pullSecretWith(registries, `password: ${secret}`),
      pullSecretWith(registries, `format: { type: opaque, username: u, password: "${secret} x" }`),
      pullSecretWith(`registries: [{ type: static, host: ghcr.io, secretId: "${secret} x" }]`),
      `${valid}token: "${secret}`,
      `${valid}token: &${secret} !${secret} ${secret}`,
      `${valid}token: [${secret}: ${secret}: ${secret}]`,
      `${valid}token: "\\q${secret}"`,
      `${valid}token: @${secret}`,
    ];
    for (const text of texts) {
      const problems = problemsIn(text);
      expect(problems).not.toEqual([]);
      expect(JSON.stringify(problems)).not.toContain(secret);
    }
  });

  test("is shown shortened, and without what a terminal would obey", () => {
    const name = `\\e[2J\\u202e${"x".repeat(500)}`;
    const [problem] = problemsIn(valid.replace("ecr-pull", `"${name}"`));
    expect(problem?.message).toMatch(/found "\\u001b\[2J\uFFFDx{35}…"$/);
  });

  test("with tens of thousands of problems is answered soon, with the first hundred", () => {
    const started = performance.now();
    const keys = Array.from({ length: 10_000 }, (_, index) => `key${index}: 1\n`);
    const problems = problemsIn(keys.join("") + valid);
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)?.message).toBe("and 9900 more problems");
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("a config file", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "config-"));
    await writeFile(join(folder, "dev.yml"), valid);
    await writeFile(join(folder, "bom.yml"), `\uFEFF${valid}`);
    await writeFile(join(folder, "latin1.yaml"), Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
    await writeFile(join(folder, "huge.yml"), "x".repeat(10_000_000));
    await writeFile(join(folder, "notes.txt"), "");
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test.each(["dev.yml", "bom.yml"])("is read: %s", async (name) => {
    const config = await loadConfig(join(folder, name));
    expect(config.pullSecrets.map((pullSecret) => pullSecret.name)).toEqual(["ecr-pull"]);
  });

  test.each([
    ["huge.yml", "larger than 1 MB: expected a config of a few kB"],
    ["latin1.yaml", "not UTF-8: expected a text file; save it as UTF-8"],
    [".", "a folder: expected a config file in it"],
    ["dev.yml/x", "can't be read (ENOTDIR)"],
    ["absent/dev.yml", "no such file, and no other config beside it"],
  ])("is refused: %s", async (name, message) => {
    const path = join(folder, name);
    const error = await loadConfig(path).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ problems: [{ file: path, path: "", message }] });
  });

  test("that is missing is answered with those that are there", async () => {
    const error = await loadConfig(join(folder, "prod.yml")).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ConfigError);
    const there = ["bom.yml", "dev.yml", "huge.yml"].map((name) => join(folder, name));
    const all = `${there.join(", ")}, and ${join(folder, "latin1.yaml")}`;
    expect(error).toMatchObject({ problems: [{ message: `no such file; there are ${all}` }] });
    expect(error).toMatchObject({ hint: undefined });
  });

  test("that is missing is answered with the one that was meant", async () => {
    const error = await loadConfig(join(folder, "devl.yml")).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ hint: `did you mean ${join(folder, "dev.yml")}?` });
  });
});

function explodingAnchors(): string {
  const levels = "abcdefghi".split("");
  return levels
    .map((name, index) => {
      const content = index === 0 ? "lol" : `*${levels[index - 1]}`;
      return `${name}: &${name} [${Array(9).fill(content).join(", ")}]`;
    })
    .join("\n");
}
