import { describe, expect, test } from "vitest";
import type { Look, RegisteredClusters } from "../../../../src/deploy/around/look-at-clusters.ts";
import { afterRemove, beforeRemove } from "../../../../src/deploy/around/removal-text.ts";
import { renderSection } from "../../../../src/deploy/around/section.ts";
import { hoursAgo, hoursAhead, now } from "../../refresh/builders.ts";

const place = { stage: "prod", region: "eu-west-1", profile: undefined };

function seen(names: readonly string[], more: Partial<RegisteredClusters> = {}): Look {
  return { names, outdated: [], soonest: undefined, others: [], ...more };
}

const told = (look: Look) => afterRemove(look, place).map(renderSection).join("\n");

describe("before a removal", () => {
  test.each<[string, Look, string | undefined]>([
    ["nothing is said where nothing remains", seen([]), undefined],
    [
      "nothing is said of what couldn't be looked at: the end tells",
      { message: "no", hint: undefined },
      undefined,
    ],
    [
      "the clusters are named, and when their pods can't pull any more",
      seen(["oslo", "paris"], { soonest: { cluster: "paris", expiresAt: hoursAhead(5) } }),
      "2 clusters stay registered: oslo, paris.\nNothing renews their pull secrets after this. The first expire in 5 h, in paris: pods there can't pull any more.",
    ],
    [
      "what has expired is said to have",
      seen(["oslo"], { soonest: { cluster: "oslo", expiresAt: hoursAgo(1) } }),
      "1 cluster stays registered: oslo.\nNothing renews their pull secrets after this. The first have expired, in oslo.",
    ],
    [
      "a cluster that was never swept has no expiry",
      seen(["oslo"]),
      "1 cluster stays registered: oslo.\nNothing renews their pull secrets after this.",
    ],
  ])("%s", (_, look, expected) => {
    expect(beforeRemove(look, now)).toBe(expected);
  });

  test("ten names are enough", () => {
    const names = Array.from({ length: 30 }, (_, index) => `c${index}`);
    expect(beforeRemove(seen(names), now)).toContain(
      "30 clusters stay registered: c0, c1, c2, c3, c4, c5, c6, c7, c8 and 21 more.",
    );
  });
});

test("a removal ends with what remains, and the commands that take it away", () => {
  expect(told(seen(["oslo", "paris"]))).toBe(
    [
      "what remains:",
      "  2 records in Secrets Manager, ecr-pull-secrets/prod/clusters/<cluster>: oslo, paris",
      "  in each of these clusters: the pull secrets, and what register made there",
      "to take it away:",
      "  npx ecr-pull-secrets unregister oslo --context <context> --stage prod --region eu-west-1",
      "  npx ecr-pull-secrets unregister paris --context <context> --stage prod --region eu-west-1",
      "to go on with it:",
      "  npx serverless deploy --stage prod --region eu-west-1",
    ].join("\n"),
  );
});

test("of many clusters, one command stands for all", () => {
  const lines = told(seen(Array.from({ length: 11 }, (_, index) => `c${index}`)));
  expect(lines).toContain(
    [
      "to take it away:",
      "  npx ecr-pull-secrets unregister <cluster> --context <context> --stage prod --region eu-west-1",
      "  for each of those that this shows:",
      "  npx ecr-pull-secrets list --stage prod --region eu-west-1",
    ].join("\n"),
  );
  expect(lines.match(/unregister/g)).toHaveLength(1);
});

test("where no cluster is registered, nothing remains", () => {
  expect(told(seen([]))).toBe("what remains:\n  nothing: no clusters are registered");
});

test("what isn't a cluster's record remains as well", () => {
  expect(told(seen([], { others: ["ecr-pull-secrets/prod/clusters/-"] }))).toBe(
    [
      "what remains:",
      "  in Secrets Manager what isn't a cluster's record: ecr-pull-secrets/prod/clusters/-",
    ].join("\n"),
  );
});

test("what couldn't be looked at remains, and how it goes is said all the same", () => {
  expect(told({ message: "AWS denied it", hint: "Allow it." })).toBe(
    [
      "what remains:",
      "  records in Secrets Manager, ecr-pull-secrets/prod/clusters/<cluster>, and what register made",
      "  of which clusters couldn't be looked at: AWS denied it",
      "  Allow it.",
      "to take it away:",
      "  npx ecr-pull-secrets unregister <cluster> --context <context> --stage prod --region eu-west-1",
      "  for each of those that this shows:",
      "  npx ecr-pull-secrets list --stage prod --region eu-west-1",
    ].join("\n"),
  );
});
