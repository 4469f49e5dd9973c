import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { SecretValue } from "../../../src/secret-value.ts";
import type { DestinationOptions } from "../../../src/wiring/destination.ts";
import { openAdminCluster } from "../../../src/wiring/registration.ts";
import {
  type KubernetesApi,
  startKubernetesApi,
} from "../../fakes/kubernetes-api/kubernetes-api.ts";

let folder: string;
let cluster: KubernetesApi;
/** Another way to it, as a load balancer with a certificate of its own. */
let front: KubernetesApi;
beforeAll(async () => {
  [folder, cluster, front] = await Promise.all([
    mkdtemp(join(tmpdir(), "ecr-pull-secrets-destination-")),
    startKubernetesApi(),
    startKubernetesApi(),
  ]);
  await writeFile(join(folder, "front-ca.pem"), front.ca);
});
afterAll(() => Promise.all([cluster.close(), front.close(), rm(folder, { recursive: true })]));

const never = new AbortController().signal;
const noDestination = { server: undefined, certificateAuthority: undefined };

async function open(
  destination: Partial<DestinationOptions>,
  kubeconfig = cluster.kubeconfig(),
  insecureTlsAllowed = false,
) {
  const file = join(folder, "kubeconfig.yaml");
  await writeFile(file, kubeconfig);
  const now = () => new Date();
  const opened = await openAdminCluster({
    kubeconfig: { kubeconfig: file, env: {}, home: folder, now, terminal: undefined },
    ...noDestination,
    ...destination,
    stop: never,
    abort: never,
  });
  const place = { cluster: "edge", region: "us-east-1", profile: undefined };
  const kubeconfigs = opened.kubeconfigsFor({ ...place, insecureTlsAllowed });
  return { opened, kubeconfigs };
}

/** What would be stored, with this token. */
function stored(kubeconfigs: Awaited<ReturnType<typeof open>>["kubeconfigs"], token: string) {
  const user = { kind: "token", token: new SecretValue(token) } as const;
  const kubeconfig = kubeconfigs.render(user, 3_600);
  const { clusters } = parse(kubeconfig.reveal()) as { clusters: { cluster: object }[] };
  return { kubeconfig, fields: clusters[0]?.cluster };
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

const mayList = { verb: "list", group: "", resource: "secrets" };

describe("what is stored", () => {
  test("is the context's address, with all that leads there", async () => {
    const { opened, kubeconfigs } = await open({});
    await using _ = opened;
    expect(kubeconfigs).toMatchObject({ server: cluster.url, unreached: undefined });
    expect(stored(kubeconfigs, "t").fields).toEqual({
      server: cluster.url,
      "certificate-authority-data": base64(`${cluster.ca}\n`),
    });
  });

  test("is another address, with its CA, and without what leads to the context's only", async () => {
    const tunnelled = parse(cluster.kubeconfig());
    Object.assign(tunnelled.clusters[0].cluster, {
      "tls-server-name": "localhost",
      "proxy-url": "http://127.0.0.1:1",
    });
    const { opened, kubeconfigs } = await open(
      { server: `${front.url}/`, certificateAuthority: join(folder, "front-ca.pem") },
      JSON.stringify(tunnelled),
    );
    await using _ = opened;
    expect(kubeconfigs).toMatchObject({ server: front.url, unreached: undefined });
    expect(stored(kubeconfigs, "t").fields).toEqual({
      server: front.url,
      "certificate-authority-data": base64(`${front.ca}\n`),
    });
  });

  test("is tried at that address", async () => {
    const certificateAuthority = join(folder, "front-ca.pem");
    const { opened, kubeconfigs } = await open({ server: front.url, certificateAuthority });
    await using _ = opened;
    const { kubeconfig } = stored(kubeconfigs, front.admin.token);
    expect(await kubeconfigs.connect(kubeconfig).rights.canI(mayList)).toBe(true);
  });

  test("is tried through the context, where that address can't be reached from here", async () => {
    const { opened, kubeconfigs } = await open({ server: "https://127.0.0.1:1" });
    await using _ = opened;
    expect(kubeconfigs).toMatchObject({
      server: "https://127.0.0.1:1",
      unreached: expect.stringContaining("connection refused"),
    });
    const { kubeconfig } = stored(kubeconfigs, cluster.admin.token);
    expect(await kubeconfigs.connect(kubeconfig).rights.canI(mayList)).toBe(true);
  });
});

describe("refused, before anything is written, is", () => {
  test.each([
    [
      "an address whose certificate another CA signed",
      () => ({ server: front.url }),
      /isn't signed by/,
    ],
    ["plain http", () => ({ server: "http://10.0.0.1" }), /--server is plain http/],
    ["what isn't an address", () => ({ server: "10.0.0.1:6443" }), /--server /],
    ["a CA that isn't there", () => ({ certificateAuthority: "/nowhere.pem" }), /ENOENT/],
  ])("%s", async (_, destination, message) => {
    await expect(open(destination())).rejects.toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });

  test("a CA for an address with another, and says where to find the right one", async () => {
    await expect(open({ server: front.url })).rejects.toMatchObject({
      hint: expect.stringContaining("--certificate-authority"),
    });
  });

  test("a context that checks no certificate, unless the config allows it", async () => {
    const insecure = parse(cluster.kubeconfig());
    insecure.clusters[0].cluster = { server: cluster.url, "insecure-skip-tls-verify": true };
    const kubeconfig = JSON.stringify(insecure);
    await expect(open({}, kubeconfig)).rejects.toMatchObject({
      name: "KubeconfigError",
      message: expect.stringMatching(/insecure-skip-tls-verify/),
    });
    const { opened, kubeconfigs } = await open({}, kubeconfig, true);
    await using _ = opened;
    expect(stored(kubeconfigs, "t").fields).toMatchObject({ "insecure-skip-tls-verify": true });
    expect(kubeconfigs.verified).toBe(false);

    const certificateAuthority = join(folder, "ca.pem");
    await writeFile(certificateAuthority, cluster.ca);
    const verified = await open({ certificateAuthority }, kubeconfig);
    await using __ = verified.opened;
    expect(stored(verified.kubeconfigs, "t").fields).toEqual({
      server: cluster.url,
      "certificate-authority-data": base64(`${cluster.ca}\n`),
    });
  });

  test("a context of `kubectl proxy`, with the way out", async () => {
    const proxied = cluster.kubeconfig().replace(cluster.url, "http://127.0.0.1:8001");
    const plain = parse(proxied);
    delete plain.clusters[0].cluster["certificate-authority-data"];
    await expect(open({}, JSON.stringify(plain))).rejects.toMatchObject({
      message: expect.stringMatching(/is plain http/),
      hint: expect.stringContaining("--server <url>"),
    });
  });
});
