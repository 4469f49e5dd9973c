import { describe, expect, test } from "vitest";
import { optionRemarks } from "../../../src/cli/register/option-remarks.ts";
import type { RegisterOptions } from "../../../src/cli/register/register-options.ts";
import { requestOf } from "../../../src/cli/register/register-request.ts";
import { wishOf } from "../../../src/cli/register/wish.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { owner } from "./objects.ts";

const options: RegisterOptions = { output: "text" };

const config = parseConfig(
  JSON.stringify({
    schedule: "rate(20 minutes)",
    pullSecrets: [
      { name: "a", clusters: ["prod-*"], registries: [{ type: "ecr", region: "us-east-1" }] },
      { name: "b", clusters: ["dev"], registries: [{ type: "ecr", region: "us-east-1" }] },
    ],
  }),
  "config/prod.yml",
);
const stage = { config, configFile: "config/prod.yml", owner };

describe("a request", () => {
  test("is completed with what nobody has to say", () => {
    expect(requestOf("prod-eu", options)).toEqual({
      cluster: "prod-eu",
      namespace: "ecr-pull-secrets",
      withPolicy: true,
      lifetimeSeconds: undefined,
      kmsKeyId: undefined,
      replace: false,
      renew: false,
    });
  });

  test.each(["", "a/b", "../prod", "prod eu", "-prod", "prod.", "ünï", "a".repeat(101), "a\n"])(
    "for %j, which neither Secrets Manager nor SQS would take, is refused",
    (cluster) => {
      expect(() => requestOf(cluster, options)).toThrow(
        expect.objectContaining({
          name: "UsageError",
          message: "this isn't a name for a cluster",
        }),
      );
    },
  );

  test.each(["", "Kube", "a.b", "a_b", "-a", "a-", "a".repeat(64)])(
    "with %j for a namespace is refused",
    (namespace) => {
      expect(() => requestOf("prod-eu", { ...options, namespace })).toThrow(
        expect.objectContaining({
          name: "UsageError",
          message: "--namespace isn't a namespace's name",
        }),
      );
    },
  );

  test("to replace and to renew is refused", () => {
    expect(() => requestOf("prod-eu", { ...options, replace: true, renew: true })).toThrow(
      expect.objectContaining({ message: "--replace and --renew say different things" }),
    );
  });

  test("of EKS with a namespace is refused: nothing of it would be there", () => {
    expect(() => requestOf("prod-eu", { ...options, eks: "prod", namespace: "other" })).toThrow(
      expect.objectContaining({
        name: "UsageError",
        message: "--namespace says nothing with --eks",
      }),
    );
  });
});

describe("a wish", () => {
  const request = requestOf("prod-eu", options);

  test("is for what the config wants in that cluster, and nothing else", () => {
    const { desired, access, schedulePeriodMs } = wishOf(request, stage);
    expect(desired.map(({ name }) => name)).toEqual(["a"]);
    expect(access.asked).toBe("asked for 30 d");
    expect(schedulePeriodMs).toBe(1_200_000);
  });

  test("is for a record with the config's key and tags, unless somebody names another key", () => {
    const aws = { ...config.aws, kmsKeyArn: "arn:key", tags: { team: "platform" } };
    const tagged = { ...stage, config: { ...config, aws } };
    expect(wishOf(request, tagged)).toMatchObject({ kmsKeyId: "arn:key", tags: aws.tags });
    const asked = { ...request, kmsKeyId: "alias/ours" };
    expect(wishOf(asked, tagged)).toMatchObject({ kmsKeyId: "alias/ours", tags: aws.tags });
    expect(wishOf(request, stage)).toMatchObject({ kmsKeyId: undefined, tags: {} });
  });

  test("to renew asks for as long as before, unless somebody says otherwise", () => {
    expect(wishOf({ ...request, renew: true }, stage).access.asked).toBeUndefined();
    const asked = { ...request, renew: true, lifetimeSeconds: 86_400 };
    expect(wishOf(asked, stage).access.asked).toBe("asked for 24 h");
  });

  test("for a cluster that the config doesn't mean is refused, with the names that it does", () => {
    expect(() => wishOf({ ...request, cluster: "prd-eu" }, stage)).toThrow(
      expect.objectContaining({
        name: "UsageError",
        message: "no pull secret of config/prod.yml is for a cluster named prd-eu",
        hint: expect.stringContaining("prod-*, dev"),
      }),
    );
  });

  test("for a token of less than six schedules is refused", () => {
    const tooShort = { ...request, lifetimeSeconds: 7_199 };
    expect(() => wishOf(tooShort, stage)).toThrow(
      expect.objectContaining({
        name: "UsageError",
        message: "--token-lifetime is less than six schedules of 20 min",
        hint: "ask for 2 h or more",
      }),
    );
    expect(() => wishOf({ ...request, lifetimeSeconds: 7_200 }, stage)).not.toThrow();
  });
});

describe("an option that a plan has no use for", () => {
  const used = { ...options, tokenLifetime: "48h", kmsKeyId: "alias/ours" };
  const plan = (action: string) => ({ record: { action }, wish: { cluster: "c", owner } }) as never;

  test.each([
    ["create", []],
    ["replace", ["--kms-key-id"]],
    ["keep", ["--token-lifetime", "--kms-key-id"]],
  ])("is named, where the record is to %s", (action, names) => {
    const said = optionRemarks(plan(action), used, undefined).map(
      ({ message }) => message.split(" ")[0],
    );
    expect(said.filter((word) => word?.startsWith("--"))).toEqual(names);
  });
});

test("a key of one's own is stored with, and named with what the function's role needs", () => {
  const plan = { record: { action: "create" }, wish: { cluster: "c", owner } } as never;
  const remarks = optionRemarks(plan, { ...options, kmsKeyId: "alias/ours" }, undefined);
  expect(remarks).toMatchObject([{ hint: expect.stringMatching(/-refresh-.*kms:Decrypt/) }]);
});

test("the key of the config, named once more, needs nothing else: the stack allows it", () => {
  const plan = { record: { action: "create" }, wish: { cluster: "c", owner } } as never;
  expect(optionRemarks(plan, { ...options, kmsKeyId: "arn:key" }, "arn:key")).toEqual([]);
});
