/** What a sweep costs the cluster and AWS, counted where it arrives. */
import { describe, expect, test } from "vitest";
import { calls, loginsIn, numbered, region, scenes } from "./sweep-scene.ts";

const startScene = scenes();
const getToken = "ecr:GetAuthorizationToken";

describe("a sweep with nothing due", () => {
  const pullSecrets = [
    { serviceAccounts: ["default", "builder"] },
    { name: "other-pull", serviceAccounts: ["default"] },
  ];
  const lists = { "list namespaces": 1, "list secrets": 2, "list serviceaccounts": 2 };

  test.each([5, 100])("makes the same few lists and no write, with %i namespaces", async (size) => {
    const scene = await startScene({ namespaces: numbered(size) });
    const first = await scene.sweep({ pullSecrets });
    expect(first).toMatchObject({ outcome: "ok", counts: { created: 2 * size, linked: 2 * size } });
    const mintedBefore = scene.aws.requests.length;
    scene.cluster.forgetRequests();

    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "ok", counts: { current: 2 * size, minted: 0 } });
    expect(calls(scene)).toEqual(lists);
    expect(scene.aws.requests).toHaveLength(mintedBefore);
  });

  test("lists by name, from the cache, without the secrets' data", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    await scene.sweep();
    scene.cluster.forgetRequests();
    await scene.sweep();
    const secrets = scene.cluster.requests.filter(({ path }) => path === "/api/v1/secrets");
    expect(secrets.map(({ query }) => Object.fromEntries(query))).toEqual([
      { fieldSelector: "metadata.name=ecr-pull", resourceVersion: "0" },
    ]);
  });
});

describe("a sweep of namespaces that are all named outright", () => {
  const namespaces = ["web", "api", "jobs"];
  const pullSecrets = [{ namespaces, serviceAccounts: ["default"] }];
  const rights = [
    {
      resources: ["secrets"],
      resourceNames: ["ecr-pull"],
      verbs: ["list", "get", "create", "patch"],
      namespaces,
    },
    {
      resources: ["serviceaccounts"],
      resourceNames: ["default"],
      verbs: ["list", "patch"],
      namespaces,
    },
  ];

  test("needs no right beyond them: one list per namespace and name", async () => {
    const scene = await startScene({ namespaces: [...namespaces, "elsewhere"], rights });
    const first = await scene.sweep({ pullSecrets });
    expect(first).toMatchObject({ outcome: "ok", counts: { created: 3, linked: 3 } });
    scene.cluster.forgetRequests();

    const report = await scene.sweep({ pullSecrets });
    expect(report).toMatchObject({ outcome: "ok", counts: { current: 3, minted: 0 } });
    expect(calls(scene)).toEqual({ "list secrets": 3, "list serviceaccounts": 3 });
  });

  test("goes on where one of them grants nothing", async () => {
    const scene = await startScene({ namespaces: [...namespaces, "elsewhere"], rights });
    const report = await scene.sweep({ pullSecrets: [{ namespaces: ["web", "elsewhere"] }] });
    expect(report.outcome).toBe("failed");
    expect(report.counts).toMatchObject({ created: 1 });
    expect(report.failures).toMatchObject([
      { kind: "forbidden", pullSecret: "ecr-pull", namespaces: ["elsewhere"] },
    ]);
    expect([...scene.cluster.state.secretsNamed("ecr-pull").keys()]).toEqual(["web"]);
  });
});

describe("a sweep with everything due", () => {
  test("writes 250 namespaces over one connection, with one token", async () => {
    const scene = await startScene({ namespaces: numbered(250) });
    const created = await scene.sweep();
    expect(created).toMatchObject({ outcome: "ok", counts: { created: 250, failed: 0 } });
    const before = scene.cluster.tlsSessions;
    expect(before).toBe(1);
    scene.cluster.forgetRequests();
    scene.passHours(6.1);

    const renewed = await scene.sweep();
    expect(renewed).toMatchObject({ outcome: "ok", counts: { renewed: 250, minted: 1 } });
    expect(calls(scene)).toEqual({
      "list namespaces": 1,
      "list secrets": 1,
      "patch secrets": 250,
    });
    expect(scene.cluster.tlsSessions - before).toBe(1);
    expect(scene.cluster.peakInFlight).toBeGreaterThan(20);
    expect(scene.cluster.peakInFlight).toBeLessThanOrEqual(200);
    expect(scene.aws.count(getToken)).toBe(2);
  });

  test("mints once for pull secrets that share role and region", async () => {
    const roleArn = "arn:aws:iam::111122223333:role/pull";
    const scene = await startScene({ namespaces: ["web"], roles: [roleArn] });
    const ours = { type: "ecr", region };
    const report = await scene.sweep({
      pullSecrets: [
        { registries: [ours, { type: "ecr", region, roleArn }] },
        { name: "other-pull", registries: [{ ...ours, accounts: ["444455556666"] }] },
      ],
    });
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 2 } });
    expect(scene.aws.count(getToken)).toBe(2);
    expect(scene.aws.count("sts:AssumeRole")).toBe(1);
    expect(Object.keys(loginsIn(scene, "web"))).toEqual([
      `111122223333.dkr.ecr.${region}.amazonaws.com`,
      `123456789012.dkr.ecr.${region}.amazonaws.com`,
    ]);
    expect(Object.keys(loginsIn(scene, "web", "other-pull"))).toEqual([
      `444455556666.dkr.ecr.${region}.amazonaws.com`,
    ]);
  });

  test("works over HTTP/1.1 too, with a bounded pool of connections", async () => {
    const scene = await startScene({ namespaces: numbered(60), http2: false });
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "ok", counts: { created: 60 } });
    expect(new Set(scene.cluster.requests.map(({ protocol }) => protocol))).toEqual(
      new Set(["h1"]),
    );
    expect(scene.cluster.connections).toBeLessThanOrEqual(16);
  });
});
