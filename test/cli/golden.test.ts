import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";

const here = import.meta.dirname;
const sources = readdirSync(here)
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => readFileSync(join(here, file), "utf8"))
  .join("\n");

test.each(readdirSync(join(here, "golden")).map((file) => basename(file, ".txt")))(
  "golden/%s.txt belongs to a case",
  (name) => {
    expect(sources).toContain(`"${name}"`);
  },
);
