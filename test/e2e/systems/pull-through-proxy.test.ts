/**
 * In place of the sidecar of a registry in proxy mode: the login under the keys that its Deployment
 * refers to, and one roll for each renewal. Tokens are good for a short while here. The tests follow
 * one another.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { readSecret, type SecretObject } from "../sweep/contents.ts";
import { type System, startSystem, writesIn, writesOfOurs } from "./scene.ts";

const cluster = "prod-eu";
const namespace = "docker-registry-proxy-cache";
const note = "ecr-pull-secrets/restarted-for";

let system: System<typeof cluster>;

beforeAll(async () => {
  system = await startSystem({
    example: "pull-through-proxy",
    namespaces: [namespace, "shop"],
    clusters: { [cluster]: { audit: true, controllerManager: true } },
    tokenLifeSeconds: 50,
  });
  await system.stack.aws.createRole("docker-registry-s3", ["s3:GetObject"], "111122223333");
  for (const name of ["docker-registry", "other"]) await deployProxy(name);
  await system.register(cluster);
});
afterAll(() => system?.[Symbol.asyncDispose]());

const kubectl = () => system.clusters[cluster].kubectl;

/** As the chart for it does: each of the two keys is an environment variable. */
async function deployProxy(name: string): Promise<void> {
  const from = (key: string) => ({ valueFrom: { secretKeyRef: { name: "ecr-regcred", key } } });
  const env = [
    {
      name: "REGISTRY_PROXY_REMOTEURL",
      value: "https://000000000000.dkr.ecr.us-east-1.amazonaws.com",
    },
    { name: "REGISTRY_PROXY_USERNAME", ...from("proxyUsername") },
    { name: "REGISTRY_PROXY_PASSWORD", ...from("proxyPassword") },
  ];
  const labels = { app: name };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { theirs: "stays" } },
        spec: { containers: [{ name: "registry", image: "registry:3", env }] },
      },
    },
  };
  await kubectl()(["create", "-f", "-"], { input: JSON.stringify(deployment) });
}

const list = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        generation: z.number(),
        labels: z.record(z.string(), z.string()).default({}),
      }),
      spec: z.object({
        template: z.object({
          metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
          spec: z.unknown(),
        }),
      }),
    }),
  ),
});

async function listOf(resource: "deployments" | "replicasets") {
  const json = await kubectl()(["get", resource, "--namespace", namespace, "--output=json"]);
  return list.parse(JSON.parse(json)).items;
}

async function proxy(name = "docker-registry") {
  const found = (await listOf("deployments")).find(({ metadata }) => metadata.name === name);
  if (!found) throw new Error(`there is no deployment ${name}`);
  return found;
}

/** What a Deployment has started, so far: one set of pods per template. */
async function rolls(name = "docker-registry"): Promise<number> {
  const sets = await listOf("replicasets");
  return sets.filter(({ metadata }) => metadata.labels["app"] === name).length;
}

const login = () => readSecret(kubectl(), namespace, "ecr-regcred");
const textOf = ({ data }: SecretObject, key: string) =>
  Buffer.from(data[key] ?? "", "base64").toString();

test("writes an Opaque Secret that holds the current token under the proxy's keys", async () => {
  const secret = await login();

  expect(secret.type).toBe("Opaque");
  expect(Object.keys(secret.data).toSorted()).toEqual(["proxyPassword", "proxyUsername"]);
  expect(textOf(secret, "proxyUsername")).toBe("AWS");
  expect(textOf(secret, "proxyPassword")).toBe(system.stack.tokens[0]?.password);
});

test("rolls the proxy once, whose pods had started without, and nobody else", async () => {
  const { metadata, spec } = await proxy();

  expect(metadata.generation).toBe(2);
  await expect.poll(() => rolls()).toBe(2);
  expect(Object.keys(spec.template.metadata.annotations).toSorted()).toEqual([note, "theirs"]);
  expect((await proxy("other")).metadata.generation).toBe(1);
});

test("rolls nothing, and writes nothing, while the login is the same", async () => {
  const { audit } = system.clusters[cluster];
  const events = await audit.eventsDuring(async () => {
    expect(await system.refresh(cluster)).toMatchObject([{ outcome: "ok" }]);
  });

  expect(writesIn(events)).toEqual([]);
  expect((await proxy()).metadata.generation).toBe(2);
});

test("rolls it once for each renewal, by the annotation alone", async () => {
  const before = await proxy();
  const renew = async () => (await system.sweep(cluster)).counts["renewed"];
  await expect.poll(renew, { timeout: 40_000, interval: 500 }).toBe(1);
  const after = await proxy();

  expect(textOf(await login(), "proxyPassword")).toBe(system.stack.tokens.at(-1)?.password);
  expect(system.stack.tokens.length).toBeGreaterThan(1);
  expect(after.metadata.generation).toBe(3);
  expect(after.spec.template.spec).toEqual(before.spec.template.spec);
  const { [note]: seen, ...theirs } = after.spec.template.metadata.annotations;
  expect(seen).not.toBe(before.spec.template.metadata.annotations[note]);
  expect(theirs).toEqual({ theirs: "stays" });

  await system.refresh(cluster);
  expect((await proxy()).metadata.generation).toBe(3);
  await expect.poll(() => rolls()).toBe(3);
  expect(await rolls("other")).toBe(1);
});

test("gives the proxy a session of a role for its layers in S3, in place of keys", async () => {
  const secret = await readSecret(kubectl(), namespace, "docker-registry-s3");

  expect(Object.keys(secret.data).toSorted()).toEqual(["config", "credentials.json"]);
  expect(textOf(secret, "config")).toContain("/var/run/secrets/aws/credentials.json");
  expect(JSON.parse(textOf(secret, "credentials.json"))).toMatchObject({
    Version: 1,
    SessionToken: expect.stringMatching(/./),
  });
});

test("has patched all the time, and deleted nothing", async () => {
  expect(await writesOfOurs(system.clusters[cluster])).toEqual([
    "patch deployments",
    "patch secrets",
  ]);
});

test("the credential that it holds can roll that Deployment, and change nothing else of it", async () => {
  const kubeconfig = await system.credentialOf(cluster);
  const patch = (name: string, spec: object) => {
    const args = ["patch", `deployment/${name}`, "-n", namespace, "--type=merge"];
    return kubectl()([...args, "-p", JSON.stringify({ spec })], { kubeconfig });
  };
  const image = { template: { spec: { containers: [{ name: "registry", image: "theirs" }] } } };

  await expect(patch("docker-registry", image)).rejects.toThrow(/ecr-pull-secrets|forbidden/);
  await expect(patch("docker-registry", { replicas: 0 })).rejects.toThrow(/forbidden/);
  const annotations = { [note]: "{}" };
  await expect(patch("other", { template: { metadata: { annotations } } })).rejects.toThrow(
    /cannot (get|patch) resource "deployments"/,
  );
});

test("tells nobody a token or a kubeconfig", async () => {
  await system.expectNoLeaks([await system.credentialOf(cluster)]);
});
