/** A name that nobody registered: which one was meant, and how to register it. */
import { suggestion } from "../../config/suggestion.ts";
import { AwsError } from "../../errors.ts";
import type { FoundStage } from "../stage/open-stage.ts";
import type { Cause, NoAnswer, Visit } from "./visit.ts";

/** Says it in the visits to clusters that aren't registered; the others stay as they are. */
export async function explainUnregistered<Report>(
  visits: readonly Visit<Report>[],
  stage: FoundStage,
): Promise<readonly Visit<Report>[]> {
  if (!visits.some(({ kind }) => kind === "unregistered")) {
    return visits;
  }
  const known = await registeredNames(stage);
  return visits.map((visit) => {
    return visit.kind === "unregistered" ? explained(visit, stage, known) : visit;
  });
}

/** Without them, there is just no name to suggest. */
async function registeredNames({ clusters }: FoundStage): Promise<readonly string[]> {
  try {
    return (await clusters.list()).clusters.map(({ name }) => name);
  } catch (error) {
    if (error instanceof AwsError) {
      return [];
    }
    throw error;
  }
}

function explained(visit: NoAnswer, stage: FoundStage, known: readonly string[]): NoAnswer {
  const list = `ecr-pull-secrets list --stage ${stage.stage}`;
  const meant = suggestion(visit.cluster, known);
  const cause: Cause = {
    kind: "unregistered",
    message: `no cluster of that name is registered for stage ${stage.stage} in ${stage.region}`,
    hint: meant
      ? `did you mean ${meant}? All of them are shown by: ${list}`
      : `to register it: npm run register-cluster -- ${visit.cluster}; all that are: ${list}`,
  };
  return { ...visit, causes: [cause] };
}
