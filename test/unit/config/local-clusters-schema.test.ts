import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { isLocalCluster } from "../../../src/config/stage-config.ts";
import { file, problemsIn, pullSecretWith, registries } from "./config-text.ts";

const textOf = (localClusters: readonly string[]) =>
  `localClusters: ${JSON.stringify(localClusters)}\n${pullSecretWith(registries)}`;

describe("local clusters", () => {
  test.each([
    ["factory-1", true],
    ["factory-", true],
    ["edge.7", true],
    ["edge-7", false],
    ["Factory-1", false],
    ["my-factory-1", false],
    ["", false],
  ])("are those that a name or glob matches as a whole: %j %s", (name, isLocal) => {
    const config = parseConfig(textOf(["factory-*", "edge.?"]), file);
    expect(isLocalCluster(config, name)).toBe(isLocal);
  });

  test("are none where the config names none, and may be all", () => {
    const [none, all] = [pullSecretWith(registries), textOf(["*"])].map((each) =>
      parseConfig(each, file),
    );
    expect(none && isLocalCluster(none, "eu")).toBe(false);
    expect(all && isLocalCluster(all, "eu")).toBe(true);
  });

  test("may be named twice, and as what no pull secret is for", () => {
    expect(problemsIn(textOf(["edge", "edge", "e*", "nobody"]))).toEqual([]);
  });
});

/** Lambda's own, of the environment as JSON. */
const limit = 4_096;

/** With everything as long as it can be. */
function environment(localClusters: readonly string[]): string {
  const stage = "s".repeat(28);
  const name = `ecr-pull-secrets-${stage}`;
  return JSON.stringify({
    STAGE: stage,
    ACCOUNT: "111122223333",
    QUEUE_URL: `https://sqs.ap-southeast-2.amazonaws.com.cn/111122223333/${name}-refresh.fifo`,
    TOPIC_ARN: `arn:aws-us-gov:sns:ap-southeast-2:111122223333:${name}-alarms`,
    SCHEDULE_MINUTES: "60",
    CONFIG_FILE: `config/${stage}.yml`,
    NODE_OPTIONS: "--enable-source-maps",
    LOCAL_CLUSTERS: JSON.stringify(localClusters),
  });
}

describe("a list of local clusters", () => {
  test.each([
    ["long names", "edge-location-with-quite-a-long-name-", 68],
    ["short names", "", 388],
  ])("of %s is taken so long as a function's environment takes it", (_, prefix, most) => {
    const names = (count: number) => Array.from({ length: count }, (_, each) => `${prefix}${each}`);
    expect(problemsIn(textOf(names(most)))).toEqual([]);
    expect(environment(names(most)).length).toBeLessThan(limit);
    expect(problemsIn(textOf(names(most + 1)))).toEqual([
      {
        file,
        path: "localClusters",
        line: 1,
        message: expect.stringMatching(
          /^expected a list that takes up to 3000 characters of a function's environment, found 30\d\d: a glob stands for many names$/,
        ),
      },
    ]);
    expect(environment(names(2 * most)).length).toBeGreaterThan(limit);
  });

  test("that is too long as well as wrong is told of what is wrong in it", () => {
    const names = Array.from({ length: 400 }, (_, index) => `edge-${index}`);
    const [problem] = problemsIn(textOf(["-", ...names]));
    expect(problem?.path).toBe("localClusters[0]");
  });
});
