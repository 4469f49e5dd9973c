/** The parts of documents that the code writes. */
import { join } from "node:path";
import { loadConfig } from "../../../src/config/load.ts";
import { keyPolicyStatements } from "../../../src/deploy/template/key-policy.ts";
import { costParts } from "../../cost/cost-parts.ts";
import { root } from "../documents.ts";
import { alarmTable } from "./alarm-table.ts";
import { asJsonBlock } from "./json-block.ts";
import { noticeExamples } from "./notices.ts";
import { roleTable } from "./role-table.ts";
import { runnerPolicy } from "./runner-policy.ts";

/** The stage that the documents speak of. */
export const deployment = {
  stage: "prod",
  config: await loadConfig(join(root, "config/prod.yml")),
};

const exampleKeyPlace = { partition: "aws", region: "us-east-1", account: "111122223333" };

/** The others have none, or generate their own. */
export const filesWithParts = ["docs/cost.md", "docs/operations.md", "docs/security.md"] as const;

const parts: Readonly<Record<string, () => string>> = {
  ...costParts(deployment),
  alarms: () => alarmTable(deployment),
  "key-policy": () =>
    asJsonBlock(keyPolicyStatements({ stage: deployment.stage, ...exampleKeyPlace })),
  notices: noticeExamples,
  roles: () => roleTable(deployment),
  "runner-policy": () => asJsonBlock(runnerPolicy(deployment)),
};

const marked = /(<!-- generated: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** As it should be. @throws Error for a mark that names no part */
export function withGenerated(text: string): string {
  return text.replace(marked, (_, begin: string, name: string, end: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`nothing generates ${name}`);
    return `${begin}${part()}\n${end}`;
  });
}
