/** What may come in between when somebody registers a cluster, by the commands that they type. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ControlPlaneOptions } from "../parts/control-plane.ts";
import type { Finished } from "../stack/command-line.ts";
import { expectCode, said } from "./finished.ts";
import { objectsOfOurs } from "./inventory.ts";
import { type Scene, startScene } from "./scene.ts";

const config = `
schedule: rate(1 minute)
pullSecrets:
  - name: ecr-pull
    namespaces: "shop-*"
    registries: [{ type: ecr, region: us-east-1 }]
`;

const group = "admissionregistration.k8s.io/v1";
const policies = [
  `${group}/validatingadmissionpolicies`,
  `${group}/validatingadmissionpolicybindings`,
];

const clusters = {
  shared: {},
  taken: {},
  stopped: {},
  guarded: {},
  old: {
    apiServerFlags: [
      `--runtime-config=${policies.map((each) => `${each}=false`).join(",")}`,
      "--disable-admission-plugins=ValidatingAdmissionPolicy",
      "--service-account-max-token-expiration=1h",
    ],
  },
  /** It serves policies, and asks none. */
  deaf: { apiServerFlags: ["--disable-admission-plugins=ValidatingAdmissionPolicy"] },
} as const satisfies Record<string, ControlPlaneOptions>;
type Name = keyof typeof clusters;

let scene: Scene<Name>;
let registeringDeaf: Promise<Finished>;
/** Kubeconfigs, of records and of people. */
const stored: string[] = [];

beforeAll(async () => {
  scene = await startScene<Name>({ config, namespaces: ["shop-berlin", "shop-lima"], clusters });
  // It takes its half a minute of patience, in which the other tests run.
  registeringDeaf = run(registerLine("deaf"));
});
afterAll(() => scene?.[Symbol.asyncDispose]());

const run = (line: string) => scene.shell.run(line);
const kubectlOf = (name: Name) => scene.clusters[name].kubectl;

const registerLine = (name: Name, ...more: string[]) =>
  ["npm run register-cluster --", name, "--context", name, "--yes", ...more].join(" ");

async function isRegistered(name: Name): Promise<boolean> {
  const names = await scene.stack.records.secretNames();
  return names.includes(`ecr-pull-secrets/prod/clusters/${name}`);
}

async function expectInOrder(name: Name): Promise<void> {
  const check = await run(`npx ecr-pull-secrets check ${name}`);
  expectCode(0, check);
  expect(check.stdout).not.toMatch(/[✖!]/);
  stored.push(...(await scene.stack.records.versions(name)).values());
}

test("lets one of two win who register a cluster at once, and tells the other", async () => {
  const records = scene.stack.aws.hold("CreateSecret");
  const both = [run(registerLine("shared")), run(registerLine("shared"))];
  await records.untilCame(2);
  records.release();
  const [winner, loser] = (await Promise.all(both)).toSorted(
    (one, other) => Number(one.code) - Number(other.code),
  );

  expect(winner).toMatchObject({ code: 0 });
  expect(loser).toMatchObject({ code: 1 });
  expect(loser && said(loser)).toContain("somebody else registered shared meanwhile");
  await expectInOrder("shared");
  const again = await run(registerLine("shared"));
  expect(said(again)).toContain("nothing to do: shared is registered");
});

describe("a cluster that another deployment serves", () => {
  const manifests = "npx ecr-pull-secrets register taken --stage dev --print-manifests";

  test("is refused, and nothing in it is touched", async () => {
    expectCode(0, await run(`${manifests} | kubectl --context taken apply -f -`));
    const before = await objectsOfOurs(kubectlOf("taken"));
    const refused = await run(registerLine("taken"));

    expectCode(1, refused);
    expect(said(refused)).toContain("belongs to another deployment (000000000000/us-east-1/dev)");
    expect(said(refused)).toContain("--namespace <other>");
    expect(await objectsOfOurs(kubectlOf("taken"))).toEqual(before);
    expect(await isRegistered("taken")).toBe(false);
  });

  test("is registered beside it in a namespace of its own", async () => {
    expectCode(0, await run(registerLine("taken", "--namespace", "ecr-prod")));

    await expectInOrder("taken");
    const ours = await objectsOfOurs(kubectlOf("taken"));
    expect(ours.filter((object) => object.startsWith("ClusterRole "))).toEqual([
      "ClusterRole ecr-pull-secrets",
      "ClusterRole ecr-pull-secrets.ecr-prod",
    ]);
  });
});

describe("Ctrl-C", () => {
  // Without npm in between, which ends by the signal instead of a code.
  const line = "node src/cli/main.ts register stopped --context stopped --yes";

  test("in the middle leaves nothing unsaid", async () => {
    const registering = scene.shell.startOnTerminal(line);
    await registering.untilSaid("Namespace ecr-pull-secrets created");
    registering.type("\x03");

    const stopped = await registering.finished;
    expectCode(130, stopped);
    expect(said(stopped)).toContain("stopped isn't registered yet");
    expect(said(stopped)).toContain("run the same command again");
    expect(await isRegistered("stopped")).toBe(false);
  });

  test("while the record is written waits for it, and begins no sweep", async () => {
    const records = scene.stack.aws.hold("CreateSecret");
    const registering = scene.shell.start(line);
    await records.untilCame(1);
    registering.interrupt();
    await registering.untilSaid("nothing new is begun");
    records.release();

    const stopped = await registering.finished;
    expectCode(130, stopped);
    expect(said(stopped)).toContain("Left: the sweep");
    expect(await isRegistered("stopped")).toBe(true);
  });

  test("is made good by running it again", async () => {
    const again = await run(registerLine("stopped"));
    expectCode(0, again);
    await expectInOrder("stopped");
  });
});

describe("somebody who may not grant rights", () => {
  const jane = "--kubeconfig jane.yaml --context guarded";
  const register = `npx ecr-pull-secrets register guarded ${jane} --yes`;
  const manifests = "npx ecr-pull-secrets register guarded --print-manifests";

  test("is told what is missing, and how to hand it over", async () => {
    await admit("jane");
    const refused = await run(register);

    expectCode(1, refused);
    expect(said(refused)).toContain("jane may not create Namespace ecr-pull-secrets");
    expect(said(refused)).toContain("--print-manifests");
    expect(await objectsOfOurs(kubectlOf("guarded"))).toEqual([]);
  });

  test("registers with the rights that somebody else applied", async () => {
    expectCode(0, await run(`${manifests} | kubectl --context guarded apply -f -`));
    expectCode(0, await run(register));
    await expectInOrder("guarded");
  });

  /** May look at what registering takes, and have the account's tokens. */
  async function admit(user: string): Promise<void> {
    const { kubectl, userKubeconfig } = scene.clusters.guarded;
    const file = join(scene.stack.clone.directory, `${user}.yaml`);
    const kubeconfig = await userKubeconfig(user);
    await writeFile(file, kubeconfig, { mode: 0o600 });
    stored.push(kubeconfig);
    const look = [
      "namespaces,serviceaccounts",
      "clusterroles,clusterrolebindings,roles,rolebindings",
      "validatingadmissionpolicies,validatingadmissionpolicybindings",
    ].join(",");
    const role = `for-${user}`;
    await kubectl(["create", "clusterrole", role, "--verb=get,list", `--resource=${look}`]);
    await kubectl([
      "create",
      "clusterrole",
      `${role}-tokens`,
      "--verb=create",
      "--resource=serviceaccounts/token",
    ]);
    for (const name of [role, `${role}-tokens`]) {
      await kubectl([
        "create",
        "clusterrolebinding",
        name,
        `--clusterrole=${name}`,
        `--user=${user}`,
      ]);
    }
  }
});

describe("an API server without ValidatingAdmissionPolicy that grants an hour", () => {
  test("is refused, since RBAC alone isn't enough", async () => {
    const refused = await run(registerLine("old"));

    expectCode(1, refused);
    expect(said(refused)).toContain("has no ValidatingAdmissionPolicy");
    expect(said(refused)).toContain("--without-policy");
    expect(await objectsOfOurs(kubectlOf("old"))).toEqual([]);
  });

  test("is registered for those who accept that, and says what was granted", async () => {
    const registered = await run(registerLine("old", "--without-policy"));

    expectCode(0, registered);
    expect(said(registered)).toContain("whoever steals the credential can make a token secret");
    expect(said(registered)).toContain(
      "Token granted for 1 h instead of 30 d: survives an outage of 29 min",
    );
    const check = await run("npx ecr-pull-secrets check old");
    expectCode(1, check);
    expect(said(check)).toMatch(
      /✖ the admission policy is in place .* hold another account's token/,
    );
    stored.push(...(await scene.stack.records.versions("old")).values());
  });
});

test("stores nothing where the API server serves policies and asks none", async () => {
  const deaf = await registeringDeaf;

  expectCode(1, deaf);
  expect(said(deaf)).toContain("hold another account's token: must be refused, but is allowed");
  expect(said(deaf)).toContain("deaf isn't registered yet");
  expect(await isRegistered("deaf")).toBe(false);
});

test("tells nobody a token, a key or a kubeconfig", async () => {
  expect(stored.length).toBeGreaterThan(4);
  await scene.expectNoLeaks(stored);
});
