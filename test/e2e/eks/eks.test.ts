/**
 * A cluster of EKS, from registration to removal: whoever signs gets in, and nothing static is kept.
 * All in the hands of somebody with AWS credentials and without a kubeconfig. The tests follow one
 * another.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { isSweepOf } from "../stack/lines.ts";
import { createNamespaces, readSecrets } from "../sweep/contents.ts";
import { type EksScene, eksName, roleName, stage, startEksScene } from "./scene.ts";

const config = `
pullSecrets:
  - name: ecr-pull
    namespaces: { include: ["shop-*"] }
    registries: [{ type: ecr, region: us-east-1 }]
`;
const group = "ecr-pull-secrets";

let scene: EksScene;
const roleArn = () => `arn:aws:iam::${scene.stack.aws.account}:role/${roleName}`;
const entryOfRole = () => scene.eks.api.eks.entriesOf(eksName).get(roleArn());
const lastVerdict = () => scene.eks.authenticator.verdicts.at(-1);
const kubectl: EksScene["eks"]["controlPlane"]["kubectl"] = (...args) =>
  scene.eks.controlPlane.kubectl(...args);
const type = (...args: string[]) =>
  scene.shell.run(["npx ecr-pull-secrets", ...args, `--stage ${stage}`].join(" "));

beforeAll(async () => {
  scene = await startEksScene(config);
  await createNamespaces(kubectl, [{ name: "shop-lima" }, { name: "billing" }]);
});
afterAll(() => scene?.[Symbol.asyncDispose]());

test("is registered: the role is let in, and the record holds no credential", async () => {
  const { code, stderr, stdout } = await type("register prod-eks --eks", eksName, "--yes");

  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("gets in") });
  expect(stdout).toMatch(/shop-lima +ecr-pull +✔ created/);
  expect(entryOfRole()).toMatchObject({ groups: [group], username: sessions("{{SessionName}}") });
  const kubeconfigs = await scene.stack.records.versions("prod-eks");
  expect([...kubeconfigs.keys()]).toEqual(["AWSCURRENT"]);
  const { users, clusters } = parse(kubeconfigs.get("AWSCURRENT") ?? "");
  const args = ["--region", "us-east-1", "eks", "get-token", "--cluster-name", eksName];
  const exec = { command: "aws", args: [...args, "--output", "json"] };
  const apiVersion = "client.authentication.k8s.io/v1beta1";
  expect(users).toEqual([{ name: group, user: { exec: { apiVersion, ...exec } } }]);
  expect(Object.keys(clusters[0].cluster)).toEqual(["server", "certificate-authority-data"]);
  expect(Object.keys(await scene.stack.records.tags("prod-eks")).toSorted()).toEqual([
    "ecr-pull-secrets:expires-at",
    "ecr-pull-secrets:rbac",
  ]);
});

test("is swept by schedule, with the signature of the function's role", async () => {
  await createNamespaces(kubectl, [{ name: "shop-quito" }]);
  await scene.tick();
  const [, sweep] = await scene.stack.untilLines(isSweepOf("prod-eks", "done"), 2);

  expect(sweep).toMatchObject({ failures: [] });
  expect([...(await readSecrets(kubectl)).keys()]).toEqual(["shop-lima", "shop-quito"]);
  const user = sessions(`${group}-${stage}-refresh`);
  expect(lastVerdict()).toMatchObject({ admitted: true, username: user, groups: [group] });
  const written = (await scene.eks.controlPlane.audit.events()).filter(
    ({ verb, resource, namespace }) =>
      `${verb} ${resource} ${namespace}` === "patch secrets shop-quito",
  );
  expect(written).toMatchObject([{ user, code: 201 }]);
});

test("is in order, as the function itself sees it, and needs nothing more", async () => {
  const { code, stdout } = await type("check prod-eks");
  const verdict = expect.stringMatching(/✔ (\d+) of \1 checks passed/);
  expect({ code, stdout }).toEqual({ code: 0, stdout: verdict });

  const again = await type("register prod-eks --eks", eksName, "--yes");
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing to do") });
});

test("is left as it was found", async () => {
  const { code, stderr } = await type("unregister prod-eks --yes");

  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(entryOfRole()).toBeUndefined();
  expect([...(await readSecrets(kubectl)).keys()]).toEqual([]);
  const ours = ["--selector=app.kubernetes.io/managed-by=ecr-pull-secrets", "--output=name"];
  const kinds =
    "clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings";
  expect(await kubectl(["get", kinds, ...ours])).toBe("");
  expect(await scene.stack.records.secretNames()).toEqual([]);
});

test("isn't entered without an access entry, and whoever looks is told so", async () => {
  await scene.stack.records.register("by-hand", awsKubeconfig());

  const sweep = await scene.stack.invoke({ cluster: "by-hand", mode: "sweep" });

  const hint = expect.stringContaining(`--cluster-name ${eksName} --region us-east-1`);
  expect(sweep).toMatchObject({ outcome: "failed", failures: [{ kind: "unauthorized", hint }] });
  const reason = `no access entry for ${roleArn()}`;
  expect(lastVerdict()).toEqual({ admitted: false, reason });
});

test("tells nobody a token", async () => {
  const texts = [...(await scene.stack.allTexts()), ...(await scene.shell.allTexts())].join("\n");
  expect(texts).toContain("sweep done");
  expect(texts).toContain("prod-eks is registered");
  const { sessionToken } = scene.eks.adminKeys;
  const secrets = [
    "k8s-aws-v1.",
    "X-Amz-Signature",
    sessionToken,
    encodeURIComponent(sessionToken),
  ];
  expect(secrets.filter((secret) => texts.includes(secret))).toEqual([]);
});

function sessions(name: string): string {
  return `arn:aws:sts::${scene.stack.aws.account}:assumed-role/${roleName}/${name}`;
}

/** As `aws eks update-kubeconfig` writes it. */
function awsKubeconfig(): string {
  const { url, controlPlane } = scene.eks;
  const name = `arn:aws:eks:us-east-1:${scene.stack.aws.account}:cluster/${eksName}`;
  const ca = Buffer.from(controlPlane.ca).toString("base64");
  const args = ["--region", "us-east-1", "eks", "get-token", "--cluster-name", eksName];
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    args: [...args, "--output", "json"],
    command: "aws",
  };
  return stringify({
    apiVersion: "v1",
    clusters: [{ cluster: { "certificate-authority-data": ca, server: url }, name }],
    contexts: [{ context: { cluster: name, user: name }, name }],
    "current-context": name,
    kind: "Config",
    preferences: {},
    users: [{ name, user: { exec } }],
  });
}
