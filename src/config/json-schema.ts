/** The JSON Schema that gives editors completion in the config files. */
import * as z from "zod";
import { stageConfig } from "./schema.ts";

/** The same text for the same schema, on every machine. */
export function renderJsonSchema(): string {
  const { "~standard": _, ...schema } = z.toJSONSchema(stageConfig, {
    target: "draft-2020-12",
    io: "input",
  });
  return `${JSON.stringify({ title: "ecr-pull-secrets", ...schema }, null, 2)}\n`;
}
