/** The alarms of a template: each speaks where it should, no other does, and all fall silent again. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DeployedStage, deploy, type Resources } from "./deployed-stage.ts";
import { scenarios } from "./scenarios.ts";

export function describeAlarms(resources: () => Resources): void {
  let stage: DeployedStage;
  beforeEach(async () => {
    stage = await deploy(resources());
  });
  afterEach(() => stage.close());

  const notGreen = () => stage.alarmNames.filter((name) => stage.state(name) !== "OK");
  const everRed = () =>
    stage.alarmNames.filter((name) => stage.history(name).some(({ state }) => state === "ALARM"));

  test.each(scenarios)("where $name, these are red: $red", async ({ red, happen, mend }) => {
    await happen(stage);
    expect(notGreen()).toEqual(red);
    expect(everRed()).toEqual(red);
    await mend?.(stage);
    if (mend) expect(notGreen()).toEqual([]);
  });

  test("are each red in a scenario, and green again when it is mended", () => {
    const mended = scenarios.flatMap((scenario) => (scenario.mend ? scenario.red : []));
    expect([...new Set(mended)].toSorted()).toEqual(stage.alarmNames.toSorted());
  });

  test("are green from the first deploy on, but for the dead man's switch until the first tick", async () => {
    stage.pass(stage.scheduleMinutes);
    await stage.tick();
    const states = stage.alarmNames.map((name) => [
      name,
      stage.history(name).map(({ state }) => state),
    ]);
    const green = stage.alarmNames.map((name) => [name, ["OK"]]);
    expect(Object.fromEntries(states)).toEqual({
      ...Object.fromEntries(green),
      "dispatch-silent": ["ALARM", "OK"],
    });
  });
}
