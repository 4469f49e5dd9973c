import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { keepsSessions } from "../../../src/config/session-life.ts";
import { file, problemsIn, pullSecretWith, registries } from "./config-text.ts";

const login = pullSecretWith("namespaces: [apps]", registries);
const session = `  - name: aws-session
    namespaces: [apps]
    format: { type: awsCredentials, roleArn: "arn:aws:iam::111122223333:role/pods" }
`;
const withSchedule = (schedule: string, text = `${login}${session}`) =>
  `schedule: ${schedule}\n${text}`;

describe("sessions of AWS roles", () => {
  test.each(["rate(1 minute)", "rate(5 minutes)", "rate(10 minutes)"])(
    "are kept fresh by %s",
    (schedule) => {
      expect(problemsIn(withSchedule(schedule))).toEqual([]);
    },
  );

  test("are kept fresh by the schedule that a config has without saying so", () => {
    expect(problemsIn(`${login}${session}`)).toEqual([]);
  });

  test.each(["rate(11 minutes)", "rate(30 minutes)", "rate(60 minutes)"])(
    "are too short for %s, with the reason and the numbers",
    (schedule) => {
      expect(problemsIn(withSchedule(schedule))).toEqual([
        {
          file,
          path: "schedule",
          line: 1,
          message:
            "pullSecrets[1] has the format awsCredentials, whose sessions last 60 minutes and are " +
            "renewed after 30: expected rate(10 minutes) or less, so that a tick may fail and pods " +
            `still find a new one 10 minutes before the end, found ${schedule}`,
        },
      ]);
    },
  );

  test("are found too short beside what else is wrong in the file", () => {
    const text = withSchedule("rate(60 minutes)").replace("us-east-1", "nowhere");
    expect(problemsIn(text).map(({ path }) => path)).toEqual([
      "schedule",
      "pullSecrets[0].registries[0].region",
    ]);
  });

  test("leave a config without them its slow schedule", () => {
    expect(problemsIn(withSchedule("rate(60 minutes)", login))).toEqual([]);
  });

  test.each([
    [true, `${login}${session}`],
    [false, login],
  ])("are said to be kept: %s", (kept, text) => {
    expect(keepsSessions(parseConfig(text, file))).toBe(kept);
  });
});
