/** Visits registered clusters, prints what came of it, and says how it ended. */
import type * as z from "zod";
import { deployCommand } from "../../stack/deploy-command.ts";
import type { AskMode } from "../../stack/deployed-stack.ts";
import { type CliRun, type ExitCode, exitCodes } from "../context.ts";
import { printJsonArray } from "../print/json.ts";
import { type Look, lookAt } from "../print/look.ts";
import { renderVisits } from "../print/visits.ts";
import type { FoundStage } from "../stage/open-stage.ts";
import { explainUnregistered } from "./explain-unregistered.ts";
import type { Registered } from "./open-registered.ts";
import { asJson, isFine, type Outcome } from "./visit.ts";
import { visitClusters } from "./visit-clusters.ts";

export interface Errand<Report> {
  readonly mode: AskMode;
  readonly schema: z.ZodType<Report>;
  /** `Swept`: what was done with a cluster that answered. */
  readonly verb: string;
  readonly writes: boolean;
  readonly render: (report: Report, look: Look) => string;
}

export async function visitAndShow<Report extends Outcome>(
  { stage, names, areNamed, ask }: Registered,
  { mode, render, ...errand }: Errand<Report>,
  { output, cli }: { readonly output: "text" | "json"; readonly cli: CliRun },
): Promise<ExitCode> {
  const { context, interrupt } = cli;
  if (names.length === 0) {
    context.terminal.say(noneRegistered(stage));
  }
  const question = {
    ...errand,
    ask: (cluster: string) => ask(cluster, mode),
    areNamed,
    update: `bring the function to this version: ${deployCommand(stage)}`,
  };
  const visited = await visitClusters(names, question, cli);
  const visits = await explainUnregistered(visited, stage);
  if (output === "json") {
    printJsonArray(visits.map(asJson), context.terminal);
  } else if (visits.length > 0) {
    context.terminal.say("");
    context.terminal.print(renderVisits(visits, render, lookAt(context)));
  }
  if (interrupt.stop.aborted) {
    return exitCodes.interrupted;
  }
  return visits.every(isFine) ? exitCodes.ok : exitCodes.failed;
}

export function noneRegistered({ stage, region }: FoundStage): string {
  return `No clusters are registered for stage ${stage} in ${region}.
  → npm run register-cluster -- <name> --context <context>`;
}
