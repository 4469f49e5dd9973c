/** What `serverless package` leaves, as Lambda would unpack and start it. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { partPath } from "../parts/part-paths.ts";
import { run } from "../parts/processes.ts";
import { createWorkspace } from "../parts/workspace.ts";
import type { Clone } from "../stack/clone.ts";

export interface PackagedFunction {
  /** Its zip file. */
  readonly archive: Buffer;
  /** All files in it, by name. */
  readonly files: readonly string[];
  /** An absolute path in the unpacked archive. */
  path(file: string): string;
  read(file: string): Promise<string>;
  /**
   * Loads it as Lambda does, in a process with the variables of the template, and hands it an event.
   * @returns the stack of what was thrown
   */
  failure(event: object, without?: string): Promise<string>;
  remove(): Promise<void>;
}

const program = `
try {
  const { handler } = require(process.argv[1]);
  const context = { awsRequestId: "1", getRemainingTimeInMillis: () => 1000 };
  Promise.resolve(handler(JSON.parse(process.argv[2]), context)).then(() => {}, tell);
} catch (error) { tell(error); }
function tell(error) { process.stdout.write(error.stack); }
`;

/** @throws CommandError */
export async function packageStage({ directory }: Clone, stage: string): Promise<void> {
  const serverless = join(directory, "node_modules/serverless/bin/serverless.js");
  await run(process.execPath, [serverless, "package", "--stage", stage], {
    cwd: directory,
    env: { HOME: directory, PATH: process.env["PATH"], CI: "true", AWS_REGION: "us-east-1" },
    timeoutMs: 60_000,
  });
}

export async function unpack({ directory }: Clone, name: string): Promise<PackagedFunction> {
  const archive = join(directory, ".serverless", `${name}.zip`);
  const workspace = await createWorkspace(`packaged-${name}`);
  await run(partPath("python"), ["-I", "-m", "zipfile", "-e", archive, workspace.directory]);
  const entries = await readdir(workspace.directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
  const { handler, variables } = await readTemplate(directory, name);
  const [module = ""] = handler.split(".");
  return {
    archive: await readFile(archive),
    files: paths.map((path) => path.slice(workspace.directory.length + 1)).toSorted(),
    path: workspace.file,
    read: (file) => readFile(workspace.file(file), "utf8"),
    failure: (event, without = "") => {
      const env: NodeJS.ProcessEnv = { ...variables, AWS_REGION: "us-east-1" };
      delete env[without];
      const args = ["--eval", program, workspace.file(module), JSON.stringify(event)];
      return run(process.execPath, args, { cwd: workspace.directory, env });
    },
    remove: () => workspace.remove(),
  };
}

/** What the template makes of a function; a reference becomes the name of what it refers to. */
async function readTemplate(directory: string, name: string) {
  const file = join(directory, ".serverless/cloudformation-template-update-stack.json");
  const { Resources } = JSON.parse(await readFile(file, "utf8"));
  const logicalId = `${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`;
  const { Handler: handler, Environment } = Resources[logicalId].Properties;
  const entries = Object.entries<string | { Ref: string }>(Environment.Variables);
  const values = entries.map(([key, value]) => [
    key,
    typeof value === "string" ? value : value.Ref,
  ]);
  return { handler: String(handler), variables: Object.fromEntries(values) };
}
