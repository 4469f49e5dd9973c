/**
 * What somebody needs who runs `refresh <cluster> --local` in the function's place: its rights, less
 * those that feed it and let it speak.
 */
import type { Deployment } from "../../../src/deploy/template/part.ts";
import { examplePlace, type Place, statementsOf } from "./statements.ts";

const services = ["secretsmanager", "ecr", "ecr-public", "sts", "kms"];

export function runnerPolicy(deployment: Deployment, place: Place = examplePlace) {
  const statements = statementsOf("RefreshRole", deployment, place)
    .filter(({ actions }) => actions.every((action) => services.includes(serviceOf(action))))
    .map(({ actions, resources, condition }) => ({
      Effect: "Allow",
      Action: withoutBrackets(actions),
      Resource: withoutBrackets(resources),
      ...(condition && { Condition: condition }),
    }));
  return { Version: "2012-10-17", Statement: statements };
}

const serviceOf = (action: string) => action.split(":")[0] ?? "";

/** One alone is shorter without. */
function withoutBrackets(values: readonly string[]) {
  const [only, ...others] = values;
  return others.length === 0 ? only : values;
}
