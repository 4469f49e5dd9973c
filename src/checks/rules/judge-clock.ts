/** Whether two clocks agree: every expiry here is judged by ours, and every token there by theirs. */
import { formatDuration } from "../../durations.ts";
import type { Asked } from "../asked.ts";
import { catalogue, failed, passed, skipped, untold, warned } from "../catalogue.ts";
import type { CheckResult } from "../check-report.ts";

export interface ClockReading {
  readonly server: Asked<Date | undefined>;
  /** Ours, before and after the server was asked. */
  readonly before: Date;
  readonly after: Date;
}

const worthSayingMs = 30_000;
/** AWS refuses signatures that are five minutes off; so do those who verify tokens. */
const tooMuchMs = 5 * 60_000;
/** The Date header is cut to whole seconds. */
const resolutionMs = 1_000;

export function judgeClock(reading: ClockReading): CheckResult {
  const check = catalogue.clock;
  if (reading.server.error) {
    const { kind } = reading.server.error;
    return skipped(check, kind === "unauthorized" ? catalogue.accepted : catalogue.version);
  }
  const server = reading.server.answer;
  if (!server) {
    return untold(check, "its answers carry no date");
  }
  const aheadMs = skewMs(server, reading);
  if (Math.abs(aheadMs) <= worthSayingMs) {
    return passed(check);
  }
  const direction = aheadMs > 0 ? "ahead of" : "behind";
  const remark = {
    message: `it is ${formatDuration(Math.abs(aheadMs))} ${direction} ours: tokens seem expired too soon, or are refused as not valid yet`,
    hint: "set both by NTP: the control plane's nodes, and this machine unless it is AWS's",
  };
  return Math.abs(aheadMs) > tooMuchMs ? failed(check, remark) : warned(check, remark);
}

/** How far the server's clock is ahead at least; the way there and back may have taken seconds. */
function skewMs(server: Date, { before, after }: ClockReading): number {
  const aheadMs = server.getTime() - after.getTime();
  const behindMs = before.getTime() - (server.getTime() + resolutionMs);
  if (aheadMs > 0) {
    return aheadMs;
  }
  return behindMs > 0 ? -behindMs : 0;
}
