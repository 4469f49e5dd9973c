/** Asks for the diagnosis of registered clusters; one of which there is none is shown as one, too. */
import { catalogue, stackCatalogue } from "../../checks/catalogue.ts";
import type { CheckReport } from "../../checks/check-report.ts";
import { checkReportSchema } from "../../checks/check-report-schema.ts";
import { withoutDiagnosis } from "../../checks/stage-report.ts";
import { deployCommand } from "../../stack/deploy-command.ts";
import type { CliRun } from "../context.ts";
import type { FoundStage } from "../stage/open-stage.ts";
import { explainUnregistered } from "./explain-unregistered.ts";
import type { Registered } from "./open-registered.ts";
import type { Visit } from "./visit.ts";
import { visitClusters } from "./visit-clusters.ts";

/** @param image its name, where the clusters' registries are asked for one */
export async function diagnoseEach(
  { stage, names, ask }: Registered,
  image: string | undefined,
  cli: CliRun,
): Promise<readonly CheckReport[]> {
  const question = {
    ask: (cluster: string) => ask(cluster, "check", image),
    schema: image === undefined ? checkReportSchema : imageReportSchema,
    update: `the function is of another version than this program: ${deployCommand(stage)}`,
    verb: "Checked",
    areNamed: true,
    writes: false,
  };
  const visits = await explainUnregistered(await visitClusters(names, question, cli), stage);
  return visits.map((visit) => diagnosisOf(visit, { stage, at: cli.context.now() }));
}

/** A function that overlooked the image would say that all is well. */
const imageReportSchema = checkReportSchema.refine(
  ({ checks }) => checks.some(({ check }) => check === catalogue.image.check),
  { path: ["checks"] },
);

function diagnosisOf(
  visit: Visit<CheckReport>,
  { stage: { owner }, at }: { readonly stage: FoundStage; readonly at: Date },
): CheckReport {
  if (visit.kind === "answered") {
    return visit.report;
  }
  const { cluster, causes } = visit;
  const isUnknown = visit.kind === "unregistered";
  const failing = isUnknown ? catalogue.record : stackCatalogue.answers;
  return withoutDiagnosis({ cluster, owner, at }, failing, causes);
}
