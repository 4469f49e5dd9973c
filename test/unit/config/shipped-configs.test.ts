import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderJsonSchema } from "../../../src/config/json-schema.ts";
import { loadConfig } from "../../../src/config/load.ts";

const folder = join(import.meta.dirname, "../../../config");

describe.each(["dev.yml", "prod.yml"])("config/%s", (name) => {
  test("is valid", async () => {
    const { schedule, pullSecrets } = await loadConfig(join(folder, name));
    expect(schedule.periodMinutes).toBe(10);
    expect(pullSecrets).toMatchObject([
      {
        namespaces: { include: ["*"], exclude: ["kube-*"] },
        serviceAccounts: ["default"],
        registries: [{ type: "ecr" }],
      },
    ]);
  });

  test("tells editors its schema in the first line", async () => {
    const text = await readFile(join(folder, name), "utf8");
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=./schema.json");
  });
});

describe("config/schema.json", () => {
  test("fits the schema; otherwise: npm run fix", async () => {
    expect(await readFile(join(folder, "schema.json"), "utf8")).toBe(renderJsonSchema());
  });

  test("explains every key", () => {
    const unexplained: string[] = [];
    collectUnexplained(JSON.parse(renderJsonSchema()), "", unexplained);
    expect(unexplained).toEqual([]);
  });

  test("refuses unknown keys, as the program does", () => {
    const schema: unknown = JSON.parse(renderJsonSchema());
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      additionalProperties: false,
      properties: { pullSecrets: { items: { additionalProperties: false } } },
    });
    expect(schema).not.toHaveProperty("$id");
  });
});

function collectUnexplained(schema: unknown, path: string, found: string[]): void {
  if (typeof schema !== "object" || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    const here = `${path}/${key}`;
    const isField = path.endsWith("/properties");
    const explained = typeof value === "object" && value !== null && "description" in value;
    if (isField && !explained) found.push(here);
    collectUnexplained(value, here, found);
  }
}
