/** cfn-lint: AWS's own schemas of every resource type, held against a template, offline. */
import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { partPath } from "./part-paths.ts";
import { run } from "./processes.ts";
import { createWorkspace } from "./workspace.ts";

export interface LintOptions {
  /** Where it is to be deployed; a property or type that one of them lacks is a finding. */
  readonly regions: readonly string[];
  /** Rules that aren't looked at. */
  readonly ignored?: readonly string[];
}

const findings = z.array(
  z.object({
    Level: z.string(),
    Rule: z.object({ Id: z.string() }),
    Message: z.string(),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullable() }),
  }),
);

/** It has no module of that name to run, and its script names the place where it was built. */
const start = "import sys; from cfnlint.runner import main; main()";

/** What is wrong: errors and warnings, a line each with level, rule, place and words. */
export async function lintTemplate(
  template: string,
  { regions, ignored = [] }: LintOptions,
): Promise<readonly string[]> {
  const workspace = await createWorkspace("cfn-lint");
  try {
    const file = workspace.file("template.json");
    await writeFile(file, template);
    const ignore = ignored.length > 0 ? ["--ignore-checks", ...ignored] : [];
    const answer = ["--format", "json", "--non-zero-exit-code", "none"];
    const options = [...answer, "--regions", ...regions, ...ignore];
    const env = { HOME: workspace.directory };
    const args = ["-I", "-c", start, ...options, "--template", file];
    return describe(await run(partPath("python"), args, { env }));
  } finally {
    await workspace.remove();
  }
}

function describe(output: string): string[] {
  return findings
    .parse(JSON.parse(output))
    .map(({ Level, Rule, Location, Message }) =>
      [Level, Rule.Id, (Location.Path ?? []).join("/"), Message].join(" "),
    );
}
