/** What the topic tells: alarms, as CloudWatch writes them, and notices of single clusters. */
import { z } from "zod";
import type { Mail } from "../parts/inbox.ts";

export interface AlarmMail {
  readonly alarm: string;
  readonly description: string;
  readonly state: string;
}

const alarmMail = z
  .object({ AlarmName: z.string(), AlarmDescription: z.string(), NewStateValue: z.string() })
  .transform(({ AlarmName: alarm, AlarmDescription: description, NewStateValue: state }) => {
    return { alarm, description, state } satisfies AlarmMail;
  });

const isAlarm = ({ text }: Mail) => text.startsWith("{");

export function alarmsIn(mails: readonly Mail[]): readonly AlarmMail[] {
  return mails.filter(isAlarm).map(({ text }) => alarmMail.parse(JSON.parse(text)));
}

/** States that an alarm's subscribers were told, oldest first. */
export function statesOf(alarm: string, mails: readonly Mail[]): readonly string[] {
  return alarmsIn(mails)
    .filter((mail) => mail.alarm === alarm)
    .map(({ state }) => state);
}

export interface Notice {
  readonly subject: string;
  /** By what stands before the colon. */
  readonly lines: Readonly<Record<string, string>>;
}

export function noticesIn(mails: readonly Mail[]): readonly Notice[] {
  return mails
    .filter((mail) => !isAlarm(mail))
    .map(({ subject, text }) => ({ subject, lines: linesOf(text) }));
}

export function noticesOf(cluster: string, mails: readonly Mail[]): readonly Notice[] {
  return noticesIn(mails).filter(({ lines }) => lines["Cluster"] === cluster);
}

function linesOf(text: string): Readonly<Record<string, string>> {
  const lines = text.trim().split("\n");
  const pairs = lines.map((line) => /^([^:]+): +(.*)$/.exec(line)?.slice(1) ?? [line, ""]);
  return Object.fromEntries(pairs);
}
