/** `validate`: is a stage's config right? */
import { basename } from "node:path";
import { Argument, type Command } from "commander";
import { loadConfig } from "../../config/load.ts";
import type { StageConfig } from "../../config/stage-config.ts";
import {
  type KeyStatement,
  keyPolicyStatements,
  placeOfKey,
} from "../../deploy/template/key-policy.ts";
import { ConfigError, type ConfigProblem } from "../../errors.ts";
import { type CliContext, exitCodes, type RunCommand } from "../context.ts";
import { addOutputOption } from "../local/target-options.ts";
import { renderJson } from "../print/json.ts";
import { renderKeyPolicy } from "../print/key-policy.ts";
import { lookAt } from "../print/look.ts";
import { count } from "../print/wording.ts";

const defaultFiles = ["config/dev.yml", "config/prod.yml"];

const examples = `
Examples:
  ecr-pull-secrets validate
  ecr-pull-secrets validate config/prod.yml --output json`;

interface Validated {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];
  readonly config: StageConfig | undefined;
  /** What the policy of its key has to hold; undefined: it has none. */
  readonly keyPolicy?: readonly KeyStatement[] | undefined;
}

export function addValidateCommand(program: Command, run: RunCommand): void {
  addOutputOption(program.command("validate"))
    .addArgument(
      new Argument("[file...]", "config files").default(defaultFiles, defaultFiles.join(" and ")),
    )
    .summary("check config files")
    .description("Checks config files, and shows every problem at once.")
    .addHelpText("after", examples)
    .action((files: readonly string[], { output }: { readonly output: "text" | "json" }) =>
      run(async ({ context }) => {
        const results = await Promise.all(files.map(validate));
        const ok = results.every(({ problems }) => problems.length === 0);
        if (output === "json") {
          const plain = results.map(({ file, problems, keyPolicy }) => {
            return { file, problems, ...(keyPolicy && { keyPolicy }) };
          });
          context.terminal.print(renderJson(plain));
        } else {
          for (const result of results) {
            show(result, context);
          }
        }
        return ok ? exitCodes.ok : exitCodes.failed;
      }),
    );
}

async function validate(file: string): Promise<Validated> {
  try {
    const config = await loadConfig(file);
    return { file, problems: [], config, keyPolicy: keyPolicyOf(config, file) };
  } catch (error) {
    if (error instanceof ConfigError) {
      return { file, problems: error.problems, config: undefined };
    }
    throw error;
  }
}

/** By its name, a config file is a stage's. */
function keyPolicyOf({ aws: { kmsKeyArn } }: StageConfig, file: string) {
  const stage = basename(file).replace(/\.ya?ml$/, "");
  return kmsKeyArn === undefined ? undefined : keyPolicyStatements(placeOfKey(kmsKeyArn, stage));
}

function show({ file, problems, config, keyPolicy }: Validated, context: CliContext): void {
  const { terminal } = context;
  const { paint } = terminal;
  if (config) {
    const what = `${count(config.pullSecrets.length, "pull secret")}, ${config.schedule.expression}`;
    terminal.print(`${paint.green("✔")} ${file} ${paint.dim(`· ${what}`)}`);
    if (keyPolicy) {
      terminal.print(renderKeyPolicy(keyPolicy, lookAt(context)));
    }
    return;
  }
  terminal.print(`${paint.red("✖")} ${file}: ${count(problems.length, "problem")}`);
  for (const { path, line, message } of problems) {
    const where = [line === undefined ? "" : `line ${line}`, path].filter(Boolean).join(", ");
    terminal.print(`    ${paint.bold(where)}${where ? ": " : ""}${message}`);
  }
}
