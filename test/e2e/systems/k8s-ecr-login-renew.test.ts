/**
 * In place of k8s-ecr-login-renew: the same Secret in the same namespaces, for registries of several
 * accounts and regions. Its tokens here are good for a short while only. The tests follow one another.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { loginsIn, readSecrets } from "../sweep/contents.ts";
import { type System, startSystem, writesOfOurs } from "./scene.ts";

const cluster = "prod-eu";
const secret = "ecr-docker-login";
const selected = ["default", "team-a", "web-1", "web-shop"];

let system: System<typeof cluster>;
let uids: readonly string[];

beforeAll(async () => {
  system = await startSystem({
    example: "k8s-ecr-login-renew",
    namespaces: ["team-a", "team-10", "web-1", "web-shop", "billing"],
    clusters: { [cluster]: { audit: true } },
    tokenLifeSeconds: 40,
  });
  await system.register(cluster);
});
afterAll(() => system?.[Symbol.asyncDispose]());

const kubectl = () => system.clusters[cluster].kubectl;
const secrets = () => readSecrets(kubectl(), secret);
const uidsNow = async () => [...(await secrets()).values()].map(({ metadata }) => metadata.uid);

test("writes the Secret where TARGET_NAMESPACE says: by commas, semicolons and lines, by * and ?", async () => {
  const written = await secrets();

  expect([...written.keys()]).toEqual(selected);
  for (const { type } of written.values()) expect(type).toBe("kubernetes.io/dockerconfigjson");
  uids = await uidsNow();
});

test("asks each region for a token of its own, once for all accounts and namespaces", async () => {
  const { tokens, aws } = system.stack;
  const asked = aws.calls().filter(({ action }) => action === "GetAuthorizationToken");
  expect(asked.map(({ region }) => region).toSorted()).toEqual(["eu-west-1", "us-east-1"]);

  const passwordOf = (region: string) => tokens.find((each) => each.region === region)?.password;
  expect(passwordOf("us-east-1")).not.toBe(passwordOf("eu-west-1"));
  const login = (region: string) => ({
    username: "AWS",
    password: passwordOf(region),
    auth: Buffer.from(`AWS:${passwordOf(region)}`).toString("base64"),
  });
  for (const each of (await secrets()).values()) {
    expect(loginsIn(each)).toEqual({
      "111122223333.dkr.ecr.us-east-1.amazonaws.com": login("us-east-1"),
      "444455556666.dkr.ecr.us-east-1.amazonaws.com": login("us-east-1"),
      "111122223333.dkr.ecr.eu-west-1.amazonaws.com": login("eu-west-1"),
    });
  }
});

test("renews the Secret in place: nobody who pulls meanwhile finds none", async () => {
  const [before] = (await secrets()).values();
  if (!before) throw new Error("there is no Secret");
  const renew = async () => (await system.sweep(cluster)).counts["renewed"];
  await expect.poll(renew, { timeout: 40_000, interval: 500 }).toBe(selected.length);

  for (const after of (await secrets()).values()) {
    for (const [host, { password }] of Object.entries(loginsIn(after))) {
      expect(password).not.toBe(loginsIn(before)[host]?.password);
    }
  }
  expect(await uidsNow()).toEqual(uids);
  expect(await writesOfOurs(system.clusters[cluster])).toEqual(["patch secrets"]);
});

/** What somebody tries who has got hold of the credential. */
const attempts: readonly (readonly [what: string, line: string, answer: RegExp])[] = [
  ["delete the Secret", `delete secret ${secret} -n default`, /cannot delete resource "secrets"/],
  ["read other Secrets", "get secrets -A", /cannot list resource "secrets"/],
  ["read one of another name", "get secret database -n default", /cannot get resource "secrets"/],
  [
    "make one of another name",
    "create secret generic database -n default --from-literal=a=b",
    /cannot create resource "secrets"/,
  ],
  ["make a pod", "run shell --image=busybox -n default", /cannot create resource "pods"/],
  ["read the nodes", "get nodes", /cannot list resource "nodes"/],
  [
    "make a token of another account",
    "create token default -n default",
    /cannot create resource "serviceaccounts\/token"/,
  ],
  [
    "give itself more rights",
    "create clusterrolebinding more --clusterrole=cluster-admin --user=them",
    /cannot create resource "clusterrolebindings"/,
  ],
];

test.each(attempts)("the credential that it holds can't %s", async (_, line, answer) => {
  const kubeconfig = await system.credentialOf(cluster);

  await expect(kubectl()(line.split(" "), { kubeconfig })).rejects.toThrow(answer);
});

test("the credential that it holds can't write the Secret where it isn't wanted", async () => {
  const kubeconfig = await system.credentialOf(cluster);
  const [theirs] = (await secrets()).values();
  const metadata = { name: secret, namespace: "billing" };
  const { type, data } = theirs ?? {};
  const input = JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata, type, data });
  const write = kubectl()(["apply", "--server-side", "-f", "-"], { input, kubeconfig });

  await expect(write).rejects.toThrow(/ValidatingAdmissionPolicy 'ecr-pull-secrets'.* denied/);
});

test("that credential can do what it is for", async () => {
  const kubeconfig = await system.credentialOf(cluster);
  const may = ["auth", "can-i", "patch", `secrets/${secret}`, "--namespace=web-1"];

  expect(await kubectl()(may, { kubeconfig })).toBe("yes\n");
  expect(await kubectl()(["get", "secret", secret, "-n=web-1"], { kubeconfig })).toContain(secret);
});

test("tells nobody a token or a kubeconfig", async () => {
  await system.expectNoLeaks([await system.credentialOf(cluster)]);
});
