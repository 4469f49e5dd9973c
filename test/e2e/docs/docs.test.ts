/**
 * Every command of the documents, as it stands there and in their order, on a terminal in a clone of
 * the repository: the trial, a deploy, a registration, the runbook, the way to another region, the
 * end. What happens in between, such as a record that somebody deletes, happens before its section.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proofOf, type Script, scriptsOf } from "../../docs/commands.ts";
import { readDocuments } from "../../docs/documents.ts";
import { deployment } from "../../docs/generated/document-parts.ts";
import { runnerPolicy } from "../../docs/generated/runner-policy.ts";
import { examplePlace } from "../../docs/generated/statements.ts";
import { objectsOfOurs } from "../register/inventory.ts";
import { readSecrets } from "../sweep/contents.ts";
import { type OlderToolsThere, olderToolsThere } from "./older-tools-there.ts";
import { runAsTyped } from "./run-as-typed.ts";
import { type Scene, startScene } from "./scene.ts";
import { type SessionsThere, sessionsThere } from "./sessions-there.ts";
import { assumeNewRole } from "./who.ts";

let scene: Scene;
let olderTools: OlderToolsThere;
let sessions: SessionsThere;
beforeAll(async () => {
  scene = await startScene();
  olderTools = olderToolsThere(scene);
  sessions = sessionsThere(scene);
});
afterAll(() => scene?.[Symbol.asyncDispose]());

type Variables = Readonly<Record<string, string>>;

/** By section: what happened before it, and what differs for whoever types there. */
const before: Readonly<Record<string, () => Promise<Variables | undefined>>> = {
  failing: async () => {
    await scene.stack.records.register("edge-7", "a cluster that is gone");
    return undefined;
  },
  "clusters-that-lambda-cant-reach": async () => {
    const { cluster, stack } = scene;
    const { aws } = stack;
    // So that there is something to mint and to note.
    await cluster.kubectl(["delete", "secret", "ecr-pull", "--namespace=default"]);
    const place = { ...examplePlace, "AWS::AccountId": aws.account };
    return await assumeNewRole(aws, "runner", runnerPolicy(deployment, place));
  },
  "logins-of-other-registries": async () => {
    const editor = join(scene.stack.clone.directory, "an-editor");
    const login = JSON.stringify({ username: "robot", password: "any" });
    await writeFile(editor, `#!/bin/sh\necho '${login}' > "$1"\n`, { mode: 0o755 });
    return { EDITOR: editor };
  },
  "a-record-deleted-by-mistake": async () => {
    await scene.shell.run(
      "aws secretsmanager delete-secret --secret-id ecr-pull-secrets/prod/clusters/prod-eu",
    );
    return undefined;
  },
  plan: async () => {
    await olderTools.install();
    await olderTools.configure("examples");
    return undefined;
  },
  "take-over": async () => {
    await olderTools.configure("before", "examples");
    return undefined;
  },
  "going-back": async () => {
    await olderTools.configure("before");
    return undefined;
  },
  "turn-it-on": async () => {
    await sessions.turnOn();
    return undefined;
  },
  "turn-it-off": async () => {
    await sessions.turnOff();
    return undefined;
  },
  "remove-a-stage": async () => ({ AWS_REGION: "eu-west-1" }),
};

/** By document: what is cleared away behind it, so that the next finds the cluster as it was. */
const after: Readonly<Record<string, () => Promise<void>>> = {
  "docs/migration.md": () => olderTools.remove(),
};

/** By section: what its last command says if all of them did what the document says. */
const outcomes: Readonly<Record<string, string>> = {
  plan: "taken over, as the config says",
  "take-over": "✔ prod-eu: 13 secrets up to date",
  "turn-it-on": "aws-session",
  "take-sessions-back": "AWS session ends",
  revoke: "✔ prod-eu has a new credential",
  "clusters-that-lambda-cant-reach": "✔ prod-eu: 2 up to date",
  "with-nothing-but-kubectl": "✔ restored",
  "a-record-deleted-by-mistake": "✔ prod-eu: 2 up to date",
  "another-region-or-account": "✔ prod-eu: 2 restored",
};

const isRun = ({ lines }: Script) => lines.every((line) => proofOf(line) === "run");

const seen = new Set<string>();

/** What was shown to work needn't be shown again, but where the point is what came before it. */
function isNew({ block: { anchor }, text }: Script): boolean {
  const wasSeen = seen.has(text);
  seen.add(text);
  return !wasSeen || anchor in before || anchor in outcomes;
}

const documents = readDocuments()
  .map((document) => ({ file: document.file, scripts: scriptsOf(document).filter(isRun) }))
  .map(({ file, scripts }) => ({ file, scripts: scripts.filter(isNew) }))
  .filter(({ scripts }) => scripts.length > 0);

describe.each(documents)("$file", ({ file, scripts }) => {
  afterAll(() => after[file]?.());
  const sections = Map.groupBy(scripts, ({ block }) => block.anchor);

  describe.each([...sections])("#%s", (anchor, all) => {
    let variables: Variables | undefined;
    beforeAll(async () => {
      variables = await before[anchor]?.();
    });

    test.each(all)("line $block.line: $text", async (script) => {
      const { code, stdout } = await runAsTyped(scene.shell, script.text, variables);
      expect(code, stdout).toBe(0);
      if (script === all.at(-1)) expect(stdout).toContain(outcomes[anchor] ?? "");
    });
  });
});

test("nothing of ours is left in the cluster, and no record", async () => {
  const { cluster, stack } = scene;
  await expect.poll(() => objectsOfOurs(cluster.kubectl), { timeout: 30_000 }).toEqual([]);
  expect([...(await readSecrets(cluster.kubectl)).keys()]).toEqual([]);
  expect(await stack.records.secretNames()).toEqual([]);
});

test("none of it tells anybody a token or a kubeconfig", () => scene.expectNoLeaks());
