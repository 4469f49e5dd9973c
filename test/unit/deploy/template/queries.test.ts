import { describe, expect, test } from "vitest";
import { queries, queryText } from "../../../../src/deploy/template/queries.ts";
import { stackTemplate } from "../../../../src/deploy/template/template.ts";
import { logLines } from "../../../../src/telemetry/log-messages.ts";
import { deploymentOf } from "../deployment.ts";

describe("saved queries", () => {
  test("are in a folder of the stage, and read the refresh function's log alone", () => {
    const saved = Object.values(stackTemplate(deploymentOf()).Resources).filter(
      ({ Type }) => Type === "AWS::Logs::QueryDefinition",
    );
    expect(saved.map(({ Properties }) => Properties["Name"])).toEqual(
      Object.values(queries).map(({ title }) => `ecr-pull-secrets-prod/${title}`),
    );
    for (const { Properties } of saved) {
      expect(Properties["LogGroupNames"]).toEqual([{ Ref: "RefreshLogGroup" }]);
    }
  });

  test("look for messages that the functions write", () => {
    const messages = Object.values(logLines).map(({ message }) => message as string);
    const sought = Object.values(queries).flatMap((query) =>
      [...queryText(query).matchAll(/filter message in \[([^\]]*)\]/g)].flatMap(([, list = ""]) =>
        list.split(", ").map((each) => JSON.parse(each)),
      ),
    );
    expect(sought.length).toBeGreaterThan(5);
    expect(messages).toEqual(expect.arrayContaining(sought));
  });

  test("are what a person would type", () => {
    expect(queryText(queries.failures)).toBe(
      [
        'filter message in ["sweep failed"]',
        "| stats count(*) as sweeps, latest(failures.0.message) as cause, latest(failures.0.hint) as what_to_do by cluster, failureKinds",
        "| sort sweeps desc",
      ].join("\n"),
    );
    expect(queryText(queries.ecrCalls)).toBe(
      'filter message in ["sweep done", "sweep failed"]\n| stats sum(cost.ecrCalls) as calls by bin(1h)',
    );
  });
});
