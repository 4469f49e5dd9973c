/**
 * Every command of the documents, as it stands there and in their order, on a terminal in a clone of
 * the repository: the trial, a deploy, a registration, the runbook, the way to another region, the
 * end. What happens in between, such as a record that somebody deletes, happens before its section.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proofOf, type Script, scriptsOf } from "../../docs/commands.ts";
import { readDocuments } from "../../docs/documents.ts";
import { deployment } from "../../docs/generated/generated.ts";
import { runnerPolicy } from "../../docs/generated/runner-policy.ts";
import { examplePlace } from "../../docs/generated/statements.ts";
import { runAsTyped } from "./run-as-typed.ts";
import { type Scene, startScene } from "./scene.ts";
import { assumeNewRole } from "./who.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene?.[Symbol.asyncDispose]());

type Variables = Readonly<Record<string, string>>;

/** By section: what happened before it, and what differs for whoever types there. */
const before: Readonly<Record<string, () => Promise<Variables | undefined>>> = {
  failing: async () => {
    await scene.stack.records.register("edge-7", "a cluster that is gone");
    return undefined;
  },
  "clusters-that-lambda-cant-reach": () => {
    const { aws } = scene.stack;
    const place = { ...examplePlace, "AWS::AccountId": aws.account };
    return assumeNewRole(aws, "runner", runnerPolicy(deployment, place));
  },
  "a-record-deleted-by-mistake": async () => {
    await scene.shell.run(
      "aws secretsmanager delete-secret --secret-id ecr-pull-secrets/prod/clusters/prod-eu",
    );
    return undefined;
  },
  "another-region-or-account": async () => {
    const adopting = scene.config.replace("- name: ecr-pull\n", "$&    adopt: true\n");
    await scene.stack.clone.configure("prod", adopting);
    return undefined;
  },
  "remove-a-stage": async () => ({ AWS_REGION: "eu-west-1" }),
};

const seen = new Set<string>();

const isRun = ({ lines }: Script) => lines.every((line) => proofOf(line) === "run");

/** What was shown to work needn't be shown again. */
const isNew = ({ text }: Script) => !seen.has(text) && seen.add(text).has(text);

const documents = readDocuments()
  .map((document) => ({ file: document.file, scripts: scriptsOf(document).filter(isRun) }))
  .map(({ file, scripts }) => ({ file, scripts: scripts.filter(isNew) }))
  .filter(({ scripts }) => scripts.length > 0);

describe.each(documents)("$file", ({ scripts }) => {
  const sections = Map.groupBy(scripts, ({ block }) => block.anchor);

  describe.each([...sections])("#%s", (anchor, all) => {
    let variables: Variables | undefined;
    beforeAll(async () => {
      variables = await before[anchor]?.();
    });

    test.each(all)("line $block.line: $text", async ({ text }) => {
      const { code, stdout } = await runAsTyped(scene.shell, text, variables);
      expect(code, stdout).toBe(0);
    });
  });
});
