import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import type { Look } from "../../../src/deploy/around/look-at-clusters.ts";
import { AwsError } from "../../../src/errors.ts";
import { createHooks, type HookParts } from "../../../src/serverless/hooks.ts";
import type { Surroundings } from "../../../src/wiring/surroundings.ts";
import { now } from "../refresh/builders.ts";

const email = "platform@example.com";
const arn = "arn:aws:sns:us-east-1:123456789012:ecr-pull-secrets-prod-alarms";
const credentials = { accessKeyId: "a", secretAccessKey: "b" };
const outgrown: Look = {
  names: ["oslo", "paris"],
  outdated: ["paris"],
  soonest: undefined,
  others: [],
};

interface Scene {
  readonly around?: Partial<Surroundings>;
  readonly wire?: HookParts["wire"];
  readonly plugins?: readonly unknown[];
  readonly profile?: string;
}

const awsInfo = { gatheredData: { outputs: [{ OutputKey: "AlarmTopicArn", OutputValue: arn }] } };

/** A run of `serverless`, as far as the plugin sees it; `said` is all that people see of it. */
function begin({ around, wire, plugins = [{}, awsInfo], profile }: Scene = {}) {
  const said: string[] = [];
  const places: unknown[] = [];
  const hooks = createHooks({
    serverless: {
      getProvider: () => ({
        getStage: () => "prod",
        getRegion: () => "us-east-1",
        getProfile: () => profile,
        getAwsSdkV3Config: async () => ({ credentials }),
      }),
      pluginManager: { plugins },
    },
    writers: {
      log: { warning: (text) => said.push(`Warning: ${text}`) },
      writeText: (text) => said.push(text),
      progress: {
        create: ({ message }) => {
          said.push(`${message} …`);
          return { remove: () => said.push("… looked") };
        },
      },
    },
    wire:
      wire ??
      (async (place) => {
        places.push(place);
        const look = async () => outgrown;
        const subscriptions = async () => [{ email, confirmed: true }];
        return { email, look, subscriptions, ...around };
      }),
    now: () => now,
  });
  const run = async (...names: readonly string[]) => {
    for (const name of names) await hooks[name]?.();
  };
  return { said, places, run, hooks };
}

const looking = ["Looking at the registered clusters …", "… looked"];

describe("serverless deploy", () => {
  test("warns before anything is uploaded, and ends with the next commands", async () => {
    const { said, run } = begin();
    await run("before:deploy:deploy");
    expect(said).toEqual([
      ...looking,
      expect.stringMatching(/^Warning: The config asks for other rights .*: paris\.\n/),
    ]);
    said.length = 0;
    await run("finalize");
    expect(said.map((text) => text.split("\n")[0])).toEqual([
      "sweep now:",
      "rights to grant:",
      "alarms:",
    ]);
    expect(said.at(-1)).toBe(`alarms:\n  go to ${arn}\n  ${email} hears them`);
  });

  test("looks with the credentials of the deploy, and names its profile", async () => {
    const { said, places, run } = begin({ profile: "work" });
    await run("before:deploy:deploy", "finalize");
    expect(places).toEqual([{ stage: "prod", region: "us-east-1", profile: "work", credentials }]);
    expect(said).toContain(
      "sweep now:\n  npx ecr-pull-secrets refresh --stage prod --region us-east-1 --profile work",
    );
  });

  const failing = { message: "AWS denied secretsmanager:ListSecrets", hint: undefined };

  test.each<[string, Scene, RegExp]>([
    [
      "the clusters can't be listed",
      { around: { look: async () => failing } },
      /^registered clusters:\n {2}couldn't be looked at: AWS denied secretsmanager:ListSecrets\n/m,
    ],
    [
      "nothing can be opened",
      { wire: () => Promise.reject(new AwsError("unreachable", "no answer")) },
      /^registered clusters:\n {2}couldn't be looked at: no answer\n/m,
    ],
    [
      "we have a bug",
      { wire: () => Promise.reject(new RangeError("token eyJ")) },
      /couldn't be looked at: this is a bug in ecr-pull-secrets: RangeError\n/,
    ],
    [
      "the topic's subscriptions can't be read",
      {
        around: {
          subscriptions: () => Promise.reject(new AwsError("denied", "AWS denied it")),
        },
      },
      /who hears them couldn't be asked: AWS denied it$/,
    ],
    [
      "Serverless keeps the stack's outputs elsewhere by now",
      { plugins: [null, "info", { gatheredData: {} }] },
      /^alarms:\n {2}go to the topic ecr-pull-secrets-prod-alarms$/m,
    ],
  ])("has succeeded, also if %s, and says so", async (_, scene, expected) => {
    const { said, run } = begin(scene);
    await run("before:deploy:deploy", "finalize");
    expect(said.join("\n")).toMatch(expected);
    expect(said).toContain("… looked");
    expect(said.join("\n")).not.toMatch(/eyJ| {2}at /);
  });
});

describe("serverless remove", () => {
  test("says what will remain before it begins, and at its end how it goes", async () => {
    const { said, run } = begin();
    await run("before:remove:remove");
    expect(said).toEqual([
      ...looking,
      expect.stringMatching(/^Warning: 2 clusters stay registered: oslo, paris\.\n/),
    ]);
    said.length = 0;
    await run("finalize");
    expect(said.map((text) => text.split("\n")[0])).toEqual([
      "what remains:",
      "to take it away:",
      "to go on with it:",
    ]);
  });
});

test("other commands say nothing", async () => {
  const { said, run } = begin();
  await run("finalize");
  expect(said).toEqual([]);
});

describe("an error of Serverless", () => {
  const who = "arn:aws:iam::111122223333:user/deployer";
  const denied = `User: ${who} is not authorized to perform: s3:PutObject on resource: y`;

  test.each([
    ["its message", {}, denied],
    ["what Serverless shows in its place", { decoratedMessage: "CREATE_FAILED" }, "CREATE_FAILED"],
  ])("gets a hint after %s", (_, more, begins) => {
    const error = Object.assign(new Error(denied), more);
    begin().hooks["error"]?.(error);
    expect(error).toMatchObject({
      message: denied,
      decoratedMessage: `${begins}\n\n→ Allow s3:PutObject in a policy of ${who}. All that a deploy needs: docs/deploy-policy.json`,
    });
  });

  test("that says all is left as it is", () => {
    const error = new Error("Template format error");
    begin().hooks["error"]?.(error);
    expect(error).not.toHaveProperty("decoratedMessage");
  });
});

test("Serverless gets a class by require, and hooks that it knows", () => {
  const Plugin = createRequire(import.meta.url)("../../../src/serverless/plugin.ts");
  expect(Object.keys(new Plugin({}, {}, {}).hooks)).toEqual([
    "before:deploy:deploy",
    "before:remove:remove",
    "finalize",
    "error",
  ]);
});
