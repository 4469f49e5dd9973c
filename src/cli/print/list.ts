/** The registered clusters: a row each, what to do about trouble, and the sum. */
import { listSome } from "../../list-some.ts";
import { type ClusterStanding, isPast } from "../registered/cluster-standing.ts";
import { formatRoughly, formatRoughTime } from "./durations.ts";
import type { Look } from "./look.ts";
import { formatTable, moreRows } from "./table.ts";
import { renderRemark } from "./trouble.ts";
import { count, joinBlocks } from "./wording.ts";

export interface ShownList {
  readonly stage: string;
  readonly clusters: readonly ClusterStanding[];
  /** Names among the records that no cluster can have. */
  readonly others: readonly string[];
}

export function renderList({ stage, clusters, others }: ShownList, look: Look): string {
  return joinBlocks([
    renderRows(clusters, look),
    [...renderAdvice(clusters, stage, look), ...renderOthers(others, look)].join("\n"),
    clusters.length > 0 ? renderSum(clusters, look) : "",
  ]);
}

function renderRows(clusters: readonly ClusterStanding[], look: Look): string {
  if (clusters.length === 0) {
    return "";
  }
  const withSessions = clusters.some(({ sessionsExpireAt }) => sessionsExpireAt);
  const sessions = <T>(cell: T) => (withSessions ? [cell] : []);
  const header = [
    "CLUSTER",
    "SECRETS EXPIRE",
    ...sessions("AWS SESSIONS"),
    "CREDENTIAL",
    "STATE",
    "RIGHTS",
  ];
  const rows = clusters
    .slice(0, look.maxRows)
    .map((cluster) => [
      cluster.cluster,
      expiry(cluster.secretsExpireAt, look),
      ...sessions(expiry(cluster.sessionsExpireAt ?? null, look)),
      expiry(cluster.credential?.expiresAt ?? null, look),
      stateOf(cluster, look) + (cluster.local ? look.paint.dim(", local") : ""),
      cluster.rights === "unused" ? "-" : cluster.rights,
    ]);
  const table = formatTable([header.map(look.paint.bold), ...rows], look);
  return table + moreRows(clusters.length - rows.length, look);
}

function expiry(time: Date | null, { paint, now }: Look): string {
  const said = formatRoughTime(time, now);
  return isPast(time, now) ? paint.red(`✖ ${said}`) : said;
}

function stateOf({ state, failingSince }: ClusterStanding, { paint, now }: Look): string {
  switch (state) {
    case "failing": {
      const ms = now.getTime() - (failingSince?.getTime() ?? now.getTime());
      return paint.red(`✖ failing for ${formatRoughly(Math.max(0, ms))}`);
    }
    case "never-swept":
      return paint.yellow("never swept");
    case "unused":
      return paint.dim("no pull secret");
    case "ok":
      return paint.green("ok");
  }
}

/** Why a cluster needs somebody, and what that somebody can do. */
const advice = [
  {
    said: "failing",
    applies: ({ state }: ClusterStanding) => state === "failing",
    hint: (name: string, stage: string) => `ecr-pull-secrets check ${name} --stage ${stage}`,
  },
  {
    said: "the credential in the record isn't renewed",
    applies: ({ renewalFailingSince }: ClusterStanding) => renewalFailingSince !== null,
    hint: (name: string, stage: string) => `ecr-pull-secrets check ${name} --stage ${stage}`,
  },
  {
    said: "the config asks for other rights than were granted",
    applies: ({ rights }: ClusterStanding) => rights === "outdated",
    hint: (name: string, stage: string) =>
      `all at once with register --all, or: ecr-pull-secrets register ${name} --stage ${stage}`,
  },
] as const;

function renderAdvice(clusters: readonly ClusterStanding[], stage: string, look: Look): string[] {
  return advice.flatMap(({ said, applies, hint }) => {
    const names = clusters.filter(applies).map(({ cluster }) => cluster);
    const [first] = names;
    return first === undefined
      ? []
      : [renderRemark({ kind: said, message: listSome(names), hint: hint(first, stage) }, look)];
  });
}

const nameRule =
  'a name has up to 100 letters, digits, ".", "_" and "-", with a letter or digit at both ends';

function renderOthers(others: readonly string[], look: Look): string[] {
  const kind = "among the records, with names that no cluster can have";
  return others.length === 0
    ? []
    : [renderRemark({ kind, message: listSome(others), hint: nameRule }, look)];
}

const words = {
  ok: "ok",
  failing: "failing",
  "never-swept": "never swept",
  unused: "without a pull secret",
} as const;

function renderSum(clusters: readonly ClusterStanding[], { paint }: Look): string {
  const parts = (Object.keys(words) as (keyof typeof words)[]).flatMap((state) => {
    const number = clusters.filter((cluster) => cluster.state === state).length;
    return number > 0 ? [`${number} ${words[state]}`] : [];
  });
  const failing = clusters.some(({ state }) => state === "failing");
  const mark = failing ? paint.red("✖") : paint.green("✔");
  return `${mark} ${paint.bold(count(clusters.length, "cluster"))}: ${parts.join(", ")}`;
}
