/** What came of a visit to one cluster: a report, or why there is none. */
export type Visit<Report> = Answered<Report> | NoAnswer;

export interface Answered<Report> {
  readonly kind: "answered";
  readonly cluster: string;
  readonly report: Report;
}

export interface NoAnswer {
  /** `local`: the function left it to its runner, as it should. */
  readonly kind: "failed" | "unregistered" | "interrupted" | "local";
  readonly cluster: string;
  readonly causes: readonly Cause[];
}

export interface Cause {
  readonly kind: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What every report says of itself. */
export interface Outcome {
  readonly cluster: string;
  readonly outcome: "ok" | "failed";
}

export function isFine<Report extends Outcome>(visit: Visit<Report>): boolean {
  return visit.kind === "local" || (visit.kind === "answered" && visit.report.outcome === "ok");
}

/** Of a visit that brought no report, in the shape of a report that failed. */
export function asJson<Report>(visit: Visit<Report>): unknown {
  if (visit.kind === "answered") {
    return visit.report;
  }
  return { cluster: visit.cluster, outcome: visit.kind, failures: visit.causes };
}
