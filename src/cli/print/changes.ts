/** What a sweep changed beside the secrets that it writes. */
import { listSome } from "../../list-some.ts";
import type { SweepReport } from "../../refresh/report/report.ts";
import type { Look } from "./look.ts";
import { wrap } from "./wording.ts";

type Changes = Pick<SweepReport, "unlinks" | "deletions" | "restarts">;

/** Somebody will ask why their pods have started anew, or where a secret went. */
export function renderChanges(changes: Changes, { paint, columns }: Look): string[] {
  const keyOf = ({ what, why }: Change) => `${what} ${why}`;
  return [...Map.groupBy(inWords(changes), keyOf).values()].map((group) => {
    const [first] = group;
    const where = listSome(group.map(({ namespace }) => namespace));
    const line = `${first?.what} in ${where}${first?.why ?? ""}`;
    return `${paint.green("✔")} ${wrap(line, columns - 2, "  ").trimStart()}`;
  });
}

interface Change {
  readonly namespace: string;
  readonly what: string;
  readonly why?: string;
}

function inWords({ unlinks, deletions, restarts }: Changes): Change[] {
  return [
    ...unlinks.map(({ namespace, serviceAccount, pullSecret }) => {
      return { namespace, what: `${pullSecret} unlinked from service account ${serviceAccount}` };
    }),
    ...deletions.map(({ namespace, pullSecret }) => {
      return { namespace, what: `${pullSecret} deleted` };
    }),
    ...restarts.map(({ namespace, workload, reason }) => {
      return { namespace, what: `${workload} restarted`, why: `: ${reason}` };
    }),
  ];
}
