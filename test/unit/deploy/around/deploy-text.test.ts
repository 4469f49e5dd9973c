import { describe, expect, test } from "vitest";
import { afterDeploy, beforeDeploy } from "../../../../src/deploy/around/deploy-text.ts";
import type { AlarmsLook } from "../../../../src/deploy/around/describe-alarms.ts";
import type { Look } from "../../../../src/deploy/around/look-at-clusters.ts";
import { renderSection } from "../../../../src/deploy/around/section.ts";

const place = { stage: "prod", region: "eu-west-1", profile: undefined };
const arn = "arn:aws:sns:eu-west-1:123456789012:ecr-pull-secrets-prod-alarms";
const email = "platform@example.com";
const heard: AlarmsLook = {
  email,
  topic: { arn, subscriptions: [{ email, confirmed: true }] },
};

function seen(names: readonly string[], outdated: readonly string[] = []): Look {
  return { names, outdated, soonest: undefined, others: [] };
}

const unseen: Look = {
  message: "AWS denied secretsmanager:ListSecrets in eu-west-1",
  hint: "Allow it.",
};

const told = (look: Look, alarms = heard, at: Parameters<typeof afterDeploy>[2] = place) =>
  afterDeploy(look, alarms, at).map(renderSection).join("\n");

test("a deploy ends with the command that sweeps now, and where alarms go", () => {
  expect(told(seen(["prod-eu"]))).toBe(
    [
      "sweep now:",
      "  npx ecr-pull-secrets refresh --stage prod --region eu-west-1",
      "alarms:",
      `  go to ${arn}`,
      "  platform@example.com hears them",
    ].join("\n"),
  );
  expect(beforeDeploy(seen(["prod-eu"]), place)).toBeUndefined();
});

test("without a cluster, there is nothing to sweep: one has to be registered", () => {
  expect(told(seen([]))).toContain(
    "register a cluster:\n  npx ecr-pull-secrets register <cluster> --context <context> --stage prod --region eu-west-1\n",
  );
  expect(told(seen([]))).not.toContain("refresh");
});

test.each([
  ["plain", "work", "--profile work"],
  ["that a shell would split", "my work's", "--profile 'my work'\\''s'"],
])("its commands name the profile that it was deployed with: %s", (_, profile, expected) => {
  expect(told(seen(["prod-eu"]), heard, { ...place, profile })).toContain(
    `refresh --stage prod --region eu-west-1 ${expected}\n`,
  );
});

describe("clusters whose rights the config outgrew", () => {
  const look = seen(["oslo", "paris", "tokyo"], ["oslo", "tokyo"]);
  const names = Array.from({ length: 12 }, (_, index) => `c${index}`);

  test("are named before anything is uploaded, and at the end, with the command", () => {
    const which =
      "The config asks for other rights than were granted in 2 of 3 registered clusters: oslo, tokyo";
    const command = "npx ecr-pull-secrets register --all --stage prod --region eu-west-1";
    expect(beforeDeploy(look, place)).toBe(
      `${which}.\nUntil they are, sweeps there do what they may, and fail at the rest:\n  ${command}`,
    );
    expect(told(look)).toContain(`rights to grant:\n  ${which}\n  ${command}\n`);
  });

  test("are registered one by one, if it is one", () => {
    expect(told(seen(["oslo", "paris"], ["paris"]))).toContain(
      "  npx ecr-pull-secrets register paris --context <context> --stage prod --region eu-west-1\n",
    );
  });

  test.each([
    [10, "c0, c1, c2, c3, c4, c5, c6, c7, c8, c9"],
    [11, "c0, c1, c2, c3, c4, c5, c6, c7, c8 and 2 more"],
    [12, "c0, c1, c2, c3, c4, c5, c6, c7, c8 and 3 more"],
  ])("are ten names at most: %i", (size, shown) => {
    const due = seen(names, names.slice(0, size));
    const which = `${size} of 12 registered clusters: ${shown}`;
    expect(beforeDeploy(due, place)).toContain(`${which}.\n`);
    expect(told(due)).toContain(`${which}\n`);
  });
});

test("clusters that couldn't be looked at are said to be so, with the command that looks", () => {
  expect(beforeDeploy(unseen, place)).toBeUndefined();
  expect(told(unseen)).toContain(
    [
      "sweep now:",
      "  npx ecr-pull-secrets refresh --stage prod --region eu-west-1",
      "registered clusters:",
      "  couldn't be looked at: AWS denied secretsmanager:ListSecrets in eu-west-1",
      "  Allow it.",
      "  whether they granted what the config asks for, this tells:",
      "  npx ecr-pull-secrets list --stage prod --region eu-west-1",
    ].join("\n"),
  );
});

describe("where alarms go", () => {
  const subscribe = (whom: string) =>
    `aws sns subscribe --topic-arn ${arn} --protocol email --notification-endpoint ${whom} --region eu-west-1`;
  const hook = { email: undefined, confirmed: true };
  const pending = { email, confirmed: false };

  test.each<[string, AlarmsLook, readonly string[]]>([
    [
      "to an address that has to confirm",
      { email, topic: { arn, subscriptions: [hook, pending] } },
      [
        `go to ${arn}`,
        `${email} hears them once somebody there confirms: AWS has sent a mail that asks for it`,
      ],
    ],
    [
      "to an address that is subscribed no more",
      { email, topic: { arn, subscriptions: [hook] } },
      [
        `go to ${arn}`,
        `${email} doesn't hear them: nobody confirmed in time, or somebody unsubscribed. Again:`,
        subscribe(email),
      ],
    ],
    [
      "to nobody",
      { email: undefined, topic: { arn, subscriptions: [] } },
      [`go to ${arn}`, "nobody hears them before somebody subscribes:", subscribe("<address>")],
    ],
    [
      "to somebody who was subscribed by hand, and has yet to confirm",
      { email: undefined, topic: { arn, subscriptions: [pending] } },
      [`go to ${arn}`, "nobody hears them before somebody subscribes:", subscribe("<address>")],
    ],
    [
      "to a web hook that was subscribed by hand",
      { email: undefined, topic: { arn, subscriptions: [hook] } },
      [`go to ${arn}`],
    ],
    [
      "to whom, nobody may ask",
      { email, topic: { arn, subscriptions: { message: "AWS denied it", hint: "Allow it." } } },
      [`go to ${arn}`, "who hears them couldn't be asked: AWS denied it", "Allow it."],
    ],
    [
      "to a topic whose ARN isn't known",
      { email, topic: undefined },
      ["go to the topic ecr-pull-secrets-prod-alarms"],
    ],
  ])("%s", (_, alarms, lines) => {
    expect(told(seen([]), alarms)).toContain(`\nalarms:\n  ${lines.join("\n  ")}`);
    expect(told(seen([]), alarms).split("alarms:")[1]?.split("\n")).toHaveLength(lines.length + 1);
  });
});
