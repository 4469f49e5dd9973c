/**
 * Questions to the logs, saved where Logs Insights lists them. A query costs $0.005 per GB that it
 * reads, whatever it finds.
 */
import { stackNames } from "../../stack/names.ts";
import { logLines } from "../../telemetry/log-messages.ts";
import { type Deployment, type Resource, ref, type TemplatePart } from "./part.ts";

export interface Query {
  readonly title: string;
  readonly lines: readonly string[];
}

type LineField = (typeof logLines)[keyof typeof logLines]["fields"][number];
/** These are there where they apply, and empty columns elsewhere. */
type SometimesField = "failures.0.hint" | "expiresAt" | "hint";
type Field = LineField | SometimesField | "message" | "@timestamp";

/** One that no line has doesn't compile. */
const f = (name: Field) => name;
const isOneOf = (...lines: readonly { readonly message: string }[]) =>
  `filter ${f("message")} in [${lines.map(({ message }) => `"${message}"`).join(", ")}]`;
const show = (...names: readonly Field[]) => `fields ${names.join(", ")}`;
const latestFirst = `sort ${f("@timestamp")} desc`;

const anySweep = isOneOf(logLines.sweepDone, logLines.sweepFailed);

export const queries = {
  failures: {
    title: "Failures by cluster and kind",
    lines: [
      isOneOf(logLines.sweepFailed),
      `stats count(*) as sweeps, latest(${f("failures.0.message")}) as cause, ` +
        `latest(${f("failures.0.hint")}) as what_to_do by ${f("cluster")}, ${f("failureKinds")}`,
      "sort sweeps desc",
    ],
  },
  oneCluster: {
    title: "One cluster's sweeps (put its name in)",
    lines: [
      show("@timestamp", "message", "written", "failureKinds", "failures.0.message", "durationMs"),
      `filter ${f("cluster")} = "CLUSTER"`,
      latestFirst,
      "limit 200",
    ],
  },
  slowest: {
    title: "Slowest sweeps",
    lines: [
      anySweep,
      show("@timestamp", "cluster", "durationMs", "namespaces.selected", "written"),
      show("cost.requests", "cost.retries", "cost.connections", "outcome"),
      `sort ${f("durationMs")} desc`,
      "limit 50",
    ],
  },
  written: {
    title: "Pull secrets written per hour",
    lines: [anySweep, `stats sum(${f("written")}) as secrets by bin(1h)`],
  },
  ecrCalls: {
    title: "ECR calls per hour",
    lines: [anySweep, `stats sum(${f("cost.ecrCalls")}) as calls by bin(1h)`],
  },
  rotations: {
    title: "Renewals of cluster credentials",
    lines: [
      isOneOf(
        logLines.credentialRotated,
        logLines.credentialRotationFailed,
        logLines.credentialNearItsEnd,
      ),
      show("@timestamp", "cluster", "message", "expiresAt", "reason", "hint"),
      latestFirst,
      "limit 200",
    ],
  },
  superseded: {
    title: "Superseded messages by cluster",
    lines: [
      isOneOf(logLines.sweepSuperseded),
      `stats count(*) as messages, latest(${f("@timestamp")}) as last by ${f("cluster")}`,
      "sort messages desc",
    ],
  },
} as const satisfies Record<string, Query>;

/** They are all about the refresh function's log. */
export function savedQueries({ stage }: Deployment): TemplatePart {
  const resources = Object.entries<Query>(queries).map(
    ([name, query]) => [logicalId(name), definition(query, stage)] as const,
  );
  return { resources: Object.fromEntries(resources) };
}

export function queryText({ lines }: Query): string {
  return lines.join("\n| ");
}

function definition(query: Query, stage: string): Resource {
  return {
    Type: "AWS::Logs::QueryDefinition",
    Properties: {
      // Up to the slash it is a folder.
      Name: `${stackNames(stage).stack}/${query.title}`,
      LogGroupNames: [ref("RefreshLogGroup")],
      QueryString: queryText(query),
    },
  };
}

function logicalId(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}Query`;
}
