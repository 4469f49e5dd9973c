/** A right that is missing, or a registry that can't be asked: the rest goes on, and it is told. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createNamespaces,
  loginsIn,
  numbered,
  readSecret,
  readSecrets,
  type SecretObject,
} from "./contents.ts";
import type { PullSecretInput } from "./deployment.ts";
import { type Scene, startScene } from "./scene.ts";

let scene: Scene;
let kubectl: Scene["cluster"]["kubectl"];
beforeAll(async () => {
  scene = await startScene();
  kubectl = scene.cluster.kubectl;
});
afterAll(() => scene?.stop());

const named = (names: readonly string[]) => names.map((name) => ({ name }));

describe("without a right", () => {
  test("to service accounts, the secrets are written all the same", async () => {
    await createNamespaces(kubectl, named(numbered("unlinked", 5)));
    const limited = await scene.deploy("unlinked", { namespace: "unlinked", serviceAccounts: [] });

    const report = await limited.sweep([
      { namespaces: "unlinked-*", serviceAccounts: ["default"] },
    ]);

    expect(report).toMatchObject({
      outcome: "failed",
      counts: { created: 5, failed: 0, linked: 0 },
      failures: [
        {
          kind: "forbidden",
          pullSecret: "ecr-pull",
          message: expect.stringContaining('cannot list resource "serviceaccounts"'),
          hint: expect.stringContaining("register <cluster>"),
        },
      ],
    });
    expect((await readSecrets(kubectl)).has("unlinked-1")).toBe(true);
  });

  test("to one secret name, the pull secret of another name is as it should be", async () => {
    await createNamespaces(kubectl, named(numbered("two-names", 5)));
    const limited = await scene.deploy("two-names");
    const both = ["ecr-pull", "ecr-extra"].map((name) => ({ name, namespaces: "two-names-*" }));

    const report = await limited.sweep(both);

    expect(report).toMatchObject({
      outcome: "failed",
      counts: { created: 5 },
      failures: [{ kind: "forbidden", pullSecret: "ecr-extra" }],
    });
    expect(report.secrets.map(({ pullSecret }) => pullSecret)).toEqual(Array(5).fill("ecr-pull"));
    expect((await readSecrets(kubectl)).has("two-names-1")).toBe(true);
    expect((await readSecrets(kubectl, "ecr-extra")).size).toBe(0);
  });
});

describe("while ECR can't be asked", () => {
  const regions = ["us-east-1", "eu-west-1"] as const;
  const [usHost, euHost] = regions.map(
    (region) => `000000000000.dkr.ecr.${region}.amazonaws.com`,
  ) as [string, string];
  const pullSecret: PullSecretInput = {
    namespaces: "outage-*",
    registries: regions.map((region) => ({ type: "ecr", region })),
  };
  const stampsOf = ({ metadata }: SecretObject) =>
    JSON.parse(metadata.annotations["ecr-pull-secrets/registries"] ?? "");

  beforeAll(async () => {
    await createNamespaces(kubectl, named(numbered("outage", 5)));
    const prod = await scene.deploy("outage");
    await prod.sweep([pullSecret]);
    scene.clock.passHalfLife();
  });

  test("in one region, its entry is carried over as it is, and the other is renewed", async () => {
    const before = await readSecret(kubectl, "outage-1");
    const prod = await scene.deploy("outage");
    scene.aws.breakRegions("eu-west-1");

    const report = await prod.sweep([pullSecret]);

    expect(report).toMatchObject({
      outcome: "failed",
      counts: { renewed: 5, failed: 0 },
      failures: [{ kind: "mint", registry: "000000000000.dkr.ecr.eu-west-1" }],
    });
    expect(report.failures[0]?.namespaces).toHaveLength(5);
    const after = await readSecret(kubectl, "outage-1");
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(loginsIn(after)[euHost]).toEqual(loginsIn(before)[euHost]);
    expect(stampsOf(after)["000000000000.dkr.ecr.eu-west-1"]).toEqual(
      stampsOf(before)["000000000000.dkr.ecr.eu-west-1"],
    );
    expect(after.metadata.annotations["ecr-pull-secrets/expires-at"]).toBe(
      before.metadata.annotations["ecr-pull-secrets/expires-at"],
    );
    const newest = scene.aws.tokens.at(-1);
    expect(newest?.region).toBe("us-east-1");
    expect(loginsIn(after)[usHost]?.password).toBe(newest?.password);
  });

  test("in one region, a new namespace gets what can be had", async () => {
    await createNamespaces(kubectl, [{ name: "outage-new" }]);
    const prod = await scene.deploy("outage");

    const report = await prod.sweep([pullSecret]);

    expect(report).toMatchObject({ outcome: "failed", counts: { created: 1 } });
    const secret = await readSecret(kubectl, "outage-new");
    expect(Object.keys(loginsIn(secret))).toEqual([usHost]);
  });

  test("at all, nothing is written, and each secret keeps what it has", async () => {
    const prod = await scene.deploy("outage");
    scene.clock.passHalfLife();
    scene.aws.breakRegions(...regions);
    const before = await readSecrets(kubectl);

    const report = await prod.sweep([pullSecret]);

    expect(report).toMatchObject({ outcome: "failed", counts: { renewed: 0, failed: 6 } });
    expect(report.failures.map(({ kind, registry }) => [kind, registry]).sort()).toEqual([
      ["mint", "000000000000.dkr.ecr.eu-west-1"],
      ["mint", "000000000000.dkr.ecr.us-east-1"],
    ]);
    await expect(readSecrets(kubectl)).resolves.toEqual(before);
  });

  test("the first sweep after it makes everything good", async () => {
    const prod = await scene.deploy("outage");
    scene.aws.breakRegions();

    const report = await prod.sweep([pullSecret]);

    expect(report).toMatchObject({ outcome: "ok", counts: { renewed: 6 } });
    const passwords = Object.values(loginsIn(await readSecret(kubectl, "outage-new")));
    const newest = scene.aws.tokens.slice(-2).map((token) => token.password);
    expect(passwords.map(({ password }) => password).sort()).toEqual(newest.sort());
  });
});
