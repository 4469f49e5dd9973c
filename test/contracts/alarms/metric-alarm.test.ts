/** The tests' CloudWatch against the tables in AWS's documentation, which nothing here can run. */
import { describe, expect, test } from "vitest";
import { judge, readAlarm, watchAlarm } from "../../fakes/cloudwatch/metric-alarm.ts";

const minuteMs = 60_000;

/** As AWS writes it, the oldest first: `0` is fine, `X` breaches, `-` is missing. */
function periods(text: string) {
  const values = { "0": false, X: true, "-": undefined };
  return text
    .split(" ")
    .map((each) => values[each as keyof typeof values])
    .reverse();
}

describe.each([
  {
    periodsToAlarm: 3,
    table: [
      ["0 - X - X", "OK", "OK", "OK"],
      ["0 - - - -", "OK", "OK", "OK"],
      ["- - - - -", "as it was", "ALARM", "OK"],
      ["0 X X - X", "ALARM", "ALARM", "ALARM"],
      ["- - - - X", "as it was", "ALARM", "OK"],
      ["X - - - -", "as it was", "ALARM", "OK"],
    ],
  },
  {
    periodsToAlarm: 2,
    table: [
      ["0 - X - X", "ALARM", "ALARM", "ALARM"],
      ["0 0 X 0 X", "ALARM", "ALARM", "ALARM"],
      ["0 - X - -", "OK", "ALARM", "OK"],
      ["- - - - 0", "OK", "ALARM", "OK"],
      ["- - - - X", "as it was", "ALARM", "OK"],
    ],
  },
])("of three periods, $periodsToAlarm to alarm", ({ periodsToAlarm, table }) => {
  test.each(table)("%s is %s, %s or %s", (text, ...expected) => {
    const judgements = (["ignore", "breaching", "notBreaching"] as const).map((missing) => {
      const rules = { periods: 3, periodsToAlarm, missing };
      const [next, other] = (["OK", "ALARM"] as const).map((state) =>
        judge(rules, periods(text), state),
      );
      return next === other ? next : "as it was";
    });
    expect(judgements).toEqual(expected);
  });
});

describe("an alarm on silence", () => {
  const metric = {
    Namespace: "app",
    MetricName: "Tick",
    Dimensions: [{ Name: "stage", Value: "prod" }],
  };
  const rules = {
    AlarmName: "silent",
    EvaluationPeriods: 3,
    DatapointsToAlarm: 3,
    Threshold: 1,
    ComparisonOperator: "LessThanThreshold",
    TreatMissingData: "breaching",
  };
  const plain = readAlarm({ ...rules, ...metric, Statistic: "SampleCount", Period: 600 });
  const filled = readAlarm({
    ...rules,
    Metrics: [
      {
        Id: "ticks",
        MetricStat: { Metric: metric, Stat: "SampleCount", Period: 600 },
        ReturnData: false,
      },
      { Id: "filled", Expression: "FILL(ticks, 0)", ReturnData: true },
    ],
  });
  const lastTick = { namespace: "app", metric: "Tick", dimensions: { stage: "prod" }, value: 1 };

  test.each([
    ["speaks after five periods, although it asks for three", plain, 50],
    ["speaks after three, with zeros for what is missing", filled, 30],
  ])("%s", (_, alarm, minutes) => {
    const watch = { fromMs: minuteMs, untilMs: 100 * minuteMs };
    const history = watchAlarm(alarm, [{ ...lastTick, atMs: 0 }], watch);
    expect(history).toEqual([
      { state: "OK", atMs: minuteMs },
      { state: "ALARM", atMs: (minutes + 1) * minuteMs },
    ]);
  });

  test("hears nothing of other series", () => {
    const atMs = 50 * minuteMs;
    const other = { ...lastTick, dimensions: { stage: "dev" }, atMs };
    const watch = { fromMs: minuteMs, untilMs: 60 * minuteMs };
    expect(watchAlarm(filled, [other], watch)).toMatchObject([{ state: "ALARM" }]);
  });

  test("on an expression that isn't known can't be judged", () => {
    const [ticks, sum] = [{}, { Expression: "ticks + 1" }];
    expect(() => readAlarm({ ...rules, Metrics: [ticks, sum] })).toThrow();
  });
});
