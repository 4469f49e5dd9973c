import { describe, expect, test } from "vitest";
import { z } from "zod";
import { alarmName } from "../../../../src/deploy/template/alarm.ts";
import { alarmsOf } from "../../../../src/deploy/template/alarms.ts";
import { commands } from "../../../../src/deploy/template/dashboard-rows.ts";
import { stackTemplate } from "../../../../src/deploy/template/template.ts";
import {
  clusterMetrics,
  fleetMetrics,
  sessionMetrics,
  sweepMetrics,
} from "../../../../src/telemetry/metrics.ts";
import { parseCall } from "../../../docs/parse-call.ts";
import { deploymentOf, type Given, withSessions } from "../deployment.ts";

const properties = z.object({
  DashboardName: z.object({ "Fn::Sub": z.string() }),
  DashboardBody: z.object({ "Fn::Sub": z.string() }),
});
const place = { x: z.int(), y: z.int(), width: z.int(), height: z.int() };
const metricLine = z.array(z.union([z.string(), z.looseObject({})]));
const widget = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("metric"),
    properties: z.looseObject({
      title: z.string(),
      region: z.literal("eu-west-1"),
      metrics: z.array(metricLine),
      annotations: z.unknown().optional(),
    }),
    ...place,
  }),
  z.strictObject({
    type: z.literal("log"),
    properties: z.object({ title: z.string(), region: z.literal("eu-west-1"), query: z.string() }),
    ...place,
  }),
  z.strictObject({
    type: z.literal("alarm"),
    properties: z.object({ alarms: z.array(z.string()) }),
    ...place,
  }),
  z.strictObject({
    type: z.literal("text"),
    properties: z.object({ markdown: z.string() }),
    ...place,
  }),
]);

/** As CloudFormation fills them in. */
const pseudo: Readonly<Record<string, string>> = {
  "AWS::Region": "eu-west-1",
  "AWS::Partition": "aws",
  "AWS::AccountId": "123456789012",
};

function fillIn(text: string): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = pseudo[name];
    if (value === undefined) throw new Error(`CloudFormation knows no ${name}`);
    return value;
  });
}

function dashboardOf(given: Given = {}) {
  const resource = stackTemplate(deploymentOf(given)).Resources["Dashboard"];
  const { DashboardName, DashboardBody } = properties.parse(resource?.Properties);
  const body = z.object({ widgets: z.array(widget) });
  const { widgets } = body.parse(JSON.parse(fillIn(DashboardBody["Fn::Sub"])));
  const all = <Type extends z.output<typeof widget>["type"]>(type: Type) =>
    widgets.filter((each): each is Extract<typeof each, { type: Type }> => each.type === type);
  return { name: fillIn(DashboardName["Fn::Sub"]), widgets, all };
}

describe("the dashboard", () => {
  test("is called after stage and region: dashboards are the account's", () => {
    expect(dashboardOf().name).toBe("ecr-pull-secrets-prod-eu-west-1");
  });

  test("fills its 24 columns, and nothing lies upon anything else", () => {
    const cells = dashboardOf({ rest: { metrics: { perCluster: true } } }).widgets.flatMap((each) =>
      Array.from({ length: each.width * each.height }, (_, cell) => {
        const x = each.x + (cell % each.width);
        expect(x).toBeLessThan(24);
        return `${x},${each.y + Math.floor(cell / each.width)}`;
      }),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells.length % 24).toBe(0);
  });

  test("draws every metric of the stage, with the dimensions that it is emitted with", () => {
    const own = dashboardOf()
      .all("metric")
      .flatMap((each) => each.properties.metrics)
      .filter(([namespace]) => namespace === "ecr-pull-secrets");
    const drawn = own.map(([, name, ...dimensions]) => {
      expect(dimensions.slice(0, -1)).toEqual(["service", "ecr-pull-secrets", "stage", "prod"]);
      return [name, dimensions.at(-1)];
    });
    const defined = Object.values({ ...fleetMetrics, ...sweepMetrics }).map(
      ({ name, statistic, title }) => [name, { label: title, stat: statistic }],
    );
    expect(drawn.toSorted()).toEqual(defined.toSorted());
  });

  test("draws a line where the alarms on expiry and credentials speak", () => {
    const lines = dashboardOf()
      .all("metric")
      .flatMap(({ properties: { metrics, annotations } }) =>
        annotations ? [[metrics[0]?.[1], annotations]] : [],
      );
    const at = (value: number) => ({ horizontal: [{ label: "alarm", value }] });
    expect(lines).toEqual([
      ["HoursToSoonestExpiry", at(3)],
      ["CredentialLifeLeft", at(25)],
    ]);
  });

  test("has a row for AWS sessions where the config keeps some, and else is as without them", () => {
    const titles = (given: Given) =>
      dashboardOf(given).widgets.flatMap(({ properties }) =>
        "title" in properties ? [properties.title] : [],
      );
    const { title, name } = sessionMetrics.minutesToSoonestSessionExpiry;
    const drawn = dashboardOf(withSessions)
      .all("metric")
      .find(({ properties }) => properties.title === title);
    expect(drawn?.properties).toMatchObject({
      metrics: [["ecr-pull-secrets", name, "service", "ecr-pull-secrets", "stage", "prod", {}]],
      annotations: { horizontal: [{ label: "alarm", value: 15 }] },
    });
    expect(titles(withSessions).filter((each) => each !== title)).toEqual(titles({}));
  });

  test("shows the state of every alarm", () => {
    const prefix = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:";
    const names = alarmsOf(deploymentOf()).map((each) => prefix + alarmName(each, "prod"));
    expect(dashboardOf().all("alarm")).toMatchObject([{ properties: { alarms: names } }]);
  });

  test("asks the refresh function's log", () => {
    const asked = dashboardOf().all("log");
    expect(asked.map(({ properties: { title } }) => title)).toEqual([
      "Failures by cluster and kind",
      "Pull secrets written per hour",
      "ECR calls per hour",
      "Renewals of cluster credentials",
    ]);
    for (const { properties: each } of asked) {
      expect(each.query).toMatch(
        /^SOURCE '\/aws\/lambda\/ecr-pull-secrets-prod-refresh' \| filter /,
      );
    }
  });

  test("names commands that the command line takes", () => {
    const [text] = dashboardOf().all("text");
    const lines = text?.properties.markdown.split("\n").filter((line) => /^ {4}npx/.test(line));
    expect(lines).toHaveLength(commands.length);
    for (const line of lines ?? []) {
      const [npx, program, ...args] = line.trim().replace("<cluster>", "prod-eu").split(" ");
      expect([npx, program]).toEqual(["npx", "ecr-pull-secrets"]);
      expect(args).toEqual(expect.arrayContaining(["--stage", "prod", "--region", "eu-west-1"]));
      expect(parseCall(args)).toBeUndefined();
    }
  });
});

describe("single clusters", () => {
  const searches = (given?: Given) =>
    dashboardOf(given)
      .all("metric")
      .flatMap(({ properties: { metrics } }) => metrics)
      .filter((line) => line.length === 1);

  test("are drawn where the config asks for their metrics", () => {
    const search = (metric: { readonly name: string; readonly statistic: string }) =>
      `SEARCH('{"ecr-pull-secrets",service,stage,cluster} MetricName="${metric.name}" service="ecr-pull-secrets" stage="prod"', '${metric.statistic}')`;
    expect(searches({ rest: { metrics: { perCluster: true } } })).toMatchObject([
      [{ expression: search(clusterMetrics.hoursToExpiry) }],
      [{ expression: search(clusterMetrics.sweepFailed) }],
    ]);
  });

  test("aren't drawn by default: nobody counts them", () => {
    expect(searches()).toEqual([]);
  });
});
