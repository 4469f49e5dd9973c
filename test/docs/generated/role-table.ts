/** What a role may, as a table. */
import type { Deployment } from "../../../src/deploy/template/part.ts";
import { examplePlace, type RoleStatement, statementsOf } from "./statements.ts";

const roles = { dispatch: "DispatchRole", refresh: "RefreshRole" } as const;

export function roleTable(deployment: Deployment): string {
  return [
    "| role of | may | on |",
    "|---|---|---|",
    ...Object.entries(roles).flatMap(([name, role]) =>
      statementsOf(role, deployment, examplePlace).map((statement) => row(name, statement)),
    ),
  ].join("\n");
}

function row(role: string, { actions, resources, condition }: RoleStatement): string {
  const only = condition === undefined ? "" : `, if \`${JSON.stringify(condition)}\``;
  return `| ${[role, asCode(actions), asCode(resources) + only].join(" | ")} |`;
}

function asCode(texts: readonly string[]): string {
  return texts.map((text) => `\`${text}\``).join("<br>");
}
