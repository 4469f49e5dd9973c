/** A sweep's report, as its log line holds it. */
import type { CostedReport } from "../worker/sweep-registered.ts";

/** Enough to see the pattern; the rest is a number. */
const maxFailuresLogged = 20;
const maxRestartsLogged = 50;

/**
 * Everything but the line per secret: five hundred of them don't help at 3 a.m. The failures come
 * last, since Logs Insights finds no more than the first 200 fields of a line:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
export function summarise({
  secrets,
  links: _links,
  unlinks: _unlinks,
  deletions: _deletions,
  restarts,
  failures,
  notices,
  ...report
}: CostedReport) {
  const { current, created, renewed, adopted, restored } = report.counts;
  const failuresByKind = countByKind(failures);
  return {
    ...report,
    due: secrets.length - current,
    written: created + renewed + adopted + restored,
    /** Somebody will ask why their pods have started anew. */
    restarted: restarts.slice(0, maxRestartsLogged).map(nameOf).join(),
    notices: notices.length,
    failureCount: failures.length,
    failureKinds: Object.keys(failuresByKind).toSorted().join(),
    failuresByKind,
    failures: failures.slice(0, maxFailuresLogged).map(({ namespaces, ...failure }) => ({
      ...failure,
      namespaceCount: namespaces.length,
      namespaces: namespaces.slice(0, maxFailuresLogged),
    })),
  };
}

/** `proxy/deployment/docker-registry` */
function nameOf({ namespace, workload }: CostedReport["restarts"][number]): string {
  return `${namespace}/${workload}`;
}

function countByKind(failures: CostedReport["failures"]): Readonly<Record<string, number>> {
  const kinds = Map.groupBy(failures, ({ kind }) => kind);
  return Object.fromEntries([...kinds].map(([kind, each]) => [kind, each.length]));
}
