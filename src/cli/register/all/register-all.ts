/** `register --all`: one plan for all registered clusters, one question, then one after the other. */
import { changesSomething } from "../../../registration/plan-registration.ts";
import { type CliRun, type ExitCode, exitCodes } from "../../context.ts";
import { renderJson } from "../../print/json.ts";
import { lookAt } from "../../print/look.ts";
import { allAsJson, renderAllDone, renderAllPlan } from "../../print/registration/all.ts";
import { outcomeAsJson } from "../../print/registration/outcome.ts";
import { carryOut, tellOutcome } from "../carry-out-live.ts";
import type { RegisterOptions } from "../register-options.ts";
import { type PreparedAll, prepareAll } from "./prepare-all.ts";

export async function registerAll(options: RegisterOptions, cli: CliRun): Promise<ExitCode> {
  const { terminal } = cli.context;
  await using open = new AsyncDisposableStack();
  const all = await prepareAll(options, cli, open);
  if (options.dryRun) {
    terminal.say("");
    const asText = () => renderAllPlan(all, lookAt(cli.context));
    terminal.print(options.output === "json" ? renderJson(allAsJson(all)) : asText());
    return exitCodeOf(all, 0);
  }
  terminal.say(`\n${renderAllPlan(all, lookAt(cli.context, "stderr"))}\n`);
  if (!options.yes && !(await isWanted(all, cli))) {
    return exitCodes.ok;
  }
  const failed = await carryOutAll(all, options.output, cli);
  return cli.interrupt.stop.aborted ? exitCodes.interrupted : exitCodeOf(all, failed);
}

/** Not even to be asked about where nothing would be written. */
async function isWanted({ prepared }: PreparedAll, { context, interrupt }: CliRun) {
  const size = prepared.filter(({ plan }) => changesSomething(plan)).length;
  if (size === 0) {
    return true;
  }
  const question = `Go ahead with ${size} ${size === 1 ? "cluster" : "clusters"}?`;
  const wanted = await context.terminal.confirm(question, interrupt.stop);
  if (!wanted) {
    context.terminal.say("Nothing was changed.");
  }
  return wanted;
}

/** @returns how many failed, or weren't begun */
async function carryOutAll(
  all: PreparedAll,
  output: RegisterOptions["output"],
  cli: CliRun,
): Promise<number> {
  const { terminal } = cli.context;
  const outcomes: unknown[] = [];
  let failed = 0;
  for (const { plan, opened } of all.prepared) {
    if (cli.interrupt.stop.aborted) {
      failed += 1;
      continue;
    }
    const done = await carryOut(plan, opened, cli);
    outcomes.push(outcomeAsJson(done.outcome, done.sweep));
    const exitCode = tellOutcome(done, output === "json" ? "none" : "text", cli);
    failed += exitCode === exitCodes.ok ? 0 : 1;
  }
  if (output === "json") {
    terminal.print(renderJson({ ...allAsJson(all), clusters: outcomes }));
  } else {
    terminal.print(renderAllDone(all, failed, lookAt(cli.context)));
  }
  return failed;
}

function exitCodeOf({ problems }: PreparedAll, failed: number): ExitCode {
  return problems.length + failed > 0 ? exitCodes.failed : exitCodes.ok;
}
