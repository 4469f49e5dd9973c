/** The examples are used as they are: `cp config/examples/registry-creds.yml config/prod.yml`. */
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { loadConfig } from "../../../src/config/load.ts";
import { checkDeployment } from "../../../src/deploy/check-deployment.ts";
import { stackTemplate } from "../../../src/deploy/template/template.ts";

const config = join(import.meta.dirname, "../../../config");
const folder = join(config, "examples");
const files = globSync("*", { cwd: folder }).toSorted();
const examples = files.filter((file) => file.endsWith(".yml"));

test("there is one for each system that this one replaces, and for what they lack", () => {
  expect(examples).toEqual([
    "ecr-from-another-cloud.yml",
    "ecr-public.yml",
    "k8s-ecr-login-renew.yml",
    "multi-account.yml",
    "pull-through-proxy.yml",
    "registry-creds.yml",
    "several-registries.yml",
  ]);
});

describe.each(examples)("config/examples/%s", (name) => {
  test("is valid, and deployable as stage prod", async () => {
    const stage = "prod";
    const read = await loadConfig(join(folder, name));
    const destination = { configFile: `config/${stage}.yml`, region: "us-east-1" };

    expect(() => checkDeployment({ stage, config: read }, destination)).not.toThrow();
    const { Resources } = stackTemplate({ stage, config: read });
    expect(Resources).toHaveProperty("RefreshRole");
  });

  test("is in the schema that is published", async () => {
    const published = JSON.parse(await readFile(join(config, "schema.json"), "utf8"));
    const schema = z.fromJSONSchema(published);
    const given: unknown = parse(await readFile(join(folder, name), "utf8"));

    expect(schema.safeParse(given)).toMatchObject({ success: true });
    expect(schema.safeParse({ ...Object(given), pullSecret: [] }).success).toBe(false);
  });

  test("tells editors its schema in the first line, here and as a stage's config", async () => {
    const [first = ""] = (await readFile(join(folder, name), "utf8")).split("\n");
    const [, path = ""] = /^# yaml-language-server: \$schema=(.*)$/.exec(first) ?? [];
    const schema = await readFile(join(config, "schema.json"), "utf8");

    for (const place of [folder, config]) {
      expect(await readFile(join(place, path), "utf8")).toBe(schema);
    }
  });

  test("says what to do with it, and which lines to make one's own", async () => {
    const text = await readFile(join(folder, name), "utf8");
    expect(text).toContain("to config/prod.yml");

    const settings = text.split("\n").filter((line) => !/^\s*#/.test(line));
    const unmarked = settings.filter((line) => /\d{12}/.test(line) && !line.includes("# yours"));
    expect(unmarked).toEqual([]);
  });
});
