/** A stage without clusters, whose schedule somebody disables: nothing is wrong but the silence. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Line } from "../stack/lines.ts";
import { statesOf } from "../stack/mails.ts";
import { scheduleOf } from "../stack/schedule.ts";
import { config, openInboxOf, type Scene } from "./scene.ts";
import { until } from "./until.ts";

const stage = "quiet";

/** A tick would have come by then. */
const silenceMs = 75_000;

/** For the alarm it is as long as the ten minutes that it waits. */
const lapseMs = 10 * 60_000;

const isTick = (line: Line) => line.message === "dispatched" && line["stage"] === stage;

/** @returns what subscribers were told of the dead man's switch, from the deploy on */
export async function loseSchedule({ stack, cloudWatch }: Scene): Promise<readonly string[]> {
  await stack.deploy(config, stage);
  const inbox = await openInboxOf(stack, stage);
  await cloudWatch.watch(stage);
  const alarm = `ecr-pull-secrets-${stage}-dispatch-silent`;
  const told = async () => statesOf(alarm, await inbox.mails());
  const untilTold = (...states: readonly string[]) =>
    until(told, (seen) => seen.join() === states.join());
  await untilTold("ALARM", "OK");

  const schedule = scheduleOf(stage, stack.aws);
  await schedule.disable();
  const ticks = (await stack.lines()).filter(isTick).length;
  await sleep(silenceMs);
  expect((await stack.lines()).filter(isTick)).toHaveLength(ticks);
  cloudWatch.letPass(stage, lapseMs);
  await untilTold("ALARM", "OK", "ALARM");

  await schedule.enable();
  return await untilTold("ALARM", "OK", "ALARM", "OK");
}
