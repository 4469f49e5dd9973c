/**
 * A notice in words, for a mail. Causes and hints hold answers of API servers, which anybody may
 * have written: they stay on their line, and can't grow it without end.
 */
import { redactTokens } from "../redact-tokens.ts";
import { logGroupOf, stackNames } from "../stack/names.ts";
import { formatTime } from "../times.ts";
import { describeEnd, expiryLines, type Line, spanBetween } from "./expiry-lines.ts";
import type { ClusterNotice } from "./notice.ts";
import { runbookSection } from "./runbook.ts";

/** The deployment that tells. */
export interface NoticePlace {
  readonly stage: string;
  readonly region: string;
  readonly account: string;
}

export interface NoticeText {
  /** Printable ASCII. */
  readonly subject: string;
  readonly body: string;
}

interface Telling {
  readonly place: NoticePlace;
  readonly now: Date;
}

/** "Less than 100 characters": https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const maxSubject = 99;
const maxLine = 1_000;

export function writeNotice(notice: ClusterNotice, telling: Telling): NoticeText {
  const lines = notice.change === "failing" ? failing(notice, telling) : recovered(notice, telling);
  const width = Math.max(...lines.map(([name]) => name.length)) + 3;
  const body = lines.map(([name, text]) => `${`${name}:`.padEnd(width)}${inOneLine(text)}`);
  return { subject: subjectOf(notice, telling), body: `${body.join("\n")}\n` };
}

function failing(notice: ClusterNotice, { place, now }: Telling): Line[] {
  const { cluster, cause, failingSince } = notice;
  return [
    ...placeLines(cluster, place),
    ["Failing", `since ${formatTime(failingSince)}, for ${spanBetween(failingSince, now)}`],
    ...(cause ? causeLines(cause) : []),
    ...expiryLines(notice, now),
    ["Look", command("check", cluster, place)],
    ["Log", describeLog(cluster, place)],
    ["Runbook", runbookSection("failing")],
  ];
}

function recovered(notice: ClusterNotice, { place, now }: Telling): Line[] {
  const { cluster, failingSince, expiresAt } = notice;
  const lasted = spanBetween(failingSince, now);
  return [
    ...placeLines(cluster, place),
    ["Recovered", `it had been failing since ${formatTime(failingSince)}, for ${lasted}`],
    ["Expires", expiresAt ? describeEnd(expiresAt, now) : "nothing in this cluster expires"],
    ["Look", command("status", cluster, place)],
  ];
}

/** Whoever reads it may have another region in mind. */
function command(name: string, cluster: string, { stage, region }: NoticePlace): string {
  return `npx ecr-pull-secrets ${name} ${cluster} --stage ${stage} --region ${region}`;
}

function placeLines(cluster: string, { stage, region, account }: NoticePlace): Line[] {
  return [
    ["Stage", stage],
    ["Region", region],
    ["Account", account],
    ["Cluster", cluster],
  ];
}

function causeLines({ message, hint, others }: NonNullable<ClusterNotice["cause"]>): Line[] {
  const more = others > 0 ? ` (the first of ${others + 1} causes)` : "";
  return [
    ["Cause", `${shorten(inOneLine(message), maxLine - more.length)}${more}`],
    ...(hint === undefined ? [] : [["Hint", hint] as const]),
  ];
}

function describeLog(cluster: string, { stage }: NoticePlace): string {
  const query = `filter cluster = "${cluster}" | sort @timestamp desc | limit 20`;
  const logGroup = logGroupOf(stackNames(stage).functions.refresh);
  return `in CloudWatch Logs Insights, of ${logGroup}: ${query}`;
}

/** The name of the cluster gives way: it is in the body as well, and whole. */
function subjectOf({ cluster, change, expiresAt }: ClusterNotice, { place, now }: Telling): string {
  const before = `ecr-pull-secrets ${place.stage}: `;
  const after = change === "recovered" ? " recovered" : ` keeps failing${urgency(expiresAt, now)}`;
  const name = shorten(cluster, Math.max(8, maxSubject - before.length - after.length));
  return `${before}${name}${after}`.replace(/[^ -~]/g, "?").slice(0, maxSubject);
}

function urgency(expiresAt: Date | undefined, now: Date): string {
  if (!expiresAt) return "";
  return expiresAt > now ? `, ${spanBetween(now, expiresAt)} left` : ", pull secrets expired";
}

/** Redacted first: what is cut may not look like a token any more, and still be most of one. */
function inOneLine(text: string): string {
  const line = redactTokens(text).replace(/\s+/gu, " ").replace(/\p{C}/gu, "?");
  return shorten(line, maxLine);
}

/** Both ends tell the most. */
function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const tail = Math.floor((length - 3) / 3);
  return `${text.slice(0, length - 3 - tail)}...${text.slice(text.length - tail)}`;
}
