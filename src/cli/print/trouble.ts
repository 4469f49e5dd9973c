/** Failures and notices: what, where, and what to do about it. */
import { listSome } from "../../list-some.ts";
import { renderHint } from "./hint.ts";
import type { Look } from "./look.ts";
import { count, wrap } from "./wording.ts";

export interface Trouble {
  readonly kind: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly pullSecret?: string | undefined;
  readonly registry?: string | undefined;
  readonly namespaces: readonly string[];
}

/** Worth a line. */
export interface ShownNotice {
  readonly kind: string;
  readonly pullSecret: string;
  readonly namespace: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

export function renderFailures(failures: readonly Trouble[], look: Look): string[] {
  return failures.map((failure) => {
    const { paint, columns, prefix } = look;
    const what = failure.kind === mint ? "no credential" : failure.kind;
    const subject = [prefix, failure.registry ?? failure.pullSecret, what]
      .filter(Boolean)
      .join(": ");
    const reach = describeReach(failure);
    const fits = subject.length + reach.length + 2 <= columns;
    return [
      `${paint.red("✖")} ${paint.bold(subject)}${fits ? paint.dim(reach) : ""}`,
      ...(fits ? [] : [paint.dim(wrap(reach.trimStart(), columns, "    "))]),
      wrap(failure.message, columns, "    "),
      ...(failure.hint ? [renderHint(failure.hint, "    ", look)] : []),
    ].join("\n");
  });
}

/** Notices that say the same about one pull secret are one line. */
export function renderNotices(notices: readonly ShownNotice[], look: Look): string[] {
  const keyOf = ({ kind, pullSecret, message }: ShownNotice) => `${kind} ${pullSecret} ${message}`;
  const groups = Map.groupBy(notices, keyOf);
  return [...groups.values()].map((group) => {
    const where = `in ${listSome(group.map(({ namespace }) => placeOf(namespace)))}`;
    const [first] = group;
    return first ? renderRemark({ ...first, where }, look) : "";
  });
}

/** What globs select may hold it nowhere: `*` is how data says so. */
function placeOf(namespace: string): string {
  return namespace === "*" ? "no namespace" : namespace;
}

interface Remark {
  readonly kind: string;
  /** `in web, api` */
  readonly where?: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

export function renderRemark({ kind, where, message, hint }: Remark, look: Look): string {
  const { paint, columns } = look;
  return [
    `${paint.yellow("!")} ${paint.bold(kind)}${where ? ` ${paint.dim(where)}` : ""}`,
    wrap(message, columns, "    "),
    ...(hint ? [renderHint(hint, "    ", look)] : []),
  ].join("\n");
}

/** The failure isn't in the namespaces that it hits. */
const mint = "mint";

function describeReach({ kind, namespaces }: Trouble): string {
  if (namespaces.length === 0) {
    return "";
  }
  const where = `${count(namespaces.length, "namespace")}: ${listSome(namespaces)}`;
  return kind === mint ? ` for ${where}` : ` in ${where}`;
}
