/** Asks about many clusters, some at a time, and visits every one of them. */
import type * as z from "zod";
import { AwsError, UserError } from "../../errors.ts";
import type { CliRun } from "../context.ts";
import { type Interrupt, Interrupted, unlessStopped } from "../terminal/interrupt.ts";
import { watch } from "../terminal/progress.ts";
import { failedIfNamed } from "./left-alone.ts";
import { readAnswer } from "./read-answer.ts";
import { type Cause, isFine, type NoAnswer, type Outcome, type Visit } from "./visit.ts";

export interface Question<Report> {
  /** @throws UserError, AwsError */
  readonly ask: (cluster: string) => Promise<unknown>;
  readonly schema: z.ZodType<Report>;
  /** How to get a function of this program's version. */
  readonly update: string;
  /** `Swept`: what was done with a cluster that answered. */
  readonly verb: string;
  /** Somebody named the clusters, instead of all. */
  readonly areNamed: boolean;
  /** Whether it changes something: then Ctrl-C waits for what was begun. */
  readonly writes: boolean;
}

export function visitClusters<Report extends Outcome>(
  names: readonly string[],
  question: Question<Report>,
  { context, interrupt }: CliRun,
): Promise<readonly Visit<Report>[]> {
  const { verb } = question;
  const tell = (visit: Visit<Report>) => ({
    ok: isFine(visit),
    said: lineOf(visit, verb),
    skipped: visit.kind === "interrupted",
  });
  const { stop } = interrupt;
  const work = createVisitor(question, interrupt);
  return watch({ names, work, tell, verb, stop }, context.terminal);
}

function createVisitor<Report extends Outcome>(
  question: Question<Report>,
  { stop, abort }: Interrupt,
): (cluster: string) => Promise<Visit<Report>> {
  // What AWS refuses to the caller, it refuses for every cluster: it isn't asked again.
  let refused: Cause | undefined;
  return async (cluster) => {
    if (stop.aborted) {
      return { kind: "interrupted", cluster, causes: [notBegun] };
    }
    if (refused) {
      return { kind: "failed", cluster, causes: [refused] };
    }
    try {
      const answer = await unlessStopped(question.ask(cluster), question.writes ? abort : stop);
      return failedIfNamed(readAnswer(answer, { ...question, cluster }), question.areNamed);
    } catch (error) {
      const visit = noAnswer(cluster, error, question);
      refused ??= isAboutCaller(error) ? visit.causes[0] : undefined;
      return visit;
    }
  };
}

function noAnswer(cluster: string, error: unknown, { writes }: { writes: boolean }): NoAnswer {
  if (error instanceof Interrupted) {
    return { kind: "interrupted", cluster, causes: [writes ? leftBehind(cluster) : notBegun] };
  }
  if (error instanceof AwsError || error instanceof UserError) {
    const kind = error instanceof AwsError ? error.kind : "failed";
    const { message, hint } = error;
    return { kind: "failed", cluster, causes: [{ kind, message, hint }] };
  }
  throw error;
}

function isAboutCaller(error: unknown): boolean {
  return error instanceof AwsError && ["denied", "no-credentials"].includes(error.kind);
}

const notBegun: Cause = { kind: "interrupted", message: "interrupted before this was begun" };

function leftBehind(cluster: string): Cause {
  return {
    kind: "interrupted",
    message: "interrupted before its outcome was known: what was begun goes on by itself",
    hint: `see what came of it: ecr-pull-secrets status ${cluster}`,
  };
}

function lineOf<Report extends Outcome>(visit: Visit<Report>, verb: string): string {
  if (visit.kind === "local") {
    return `${visit.cluster}: left to its runner`;
  }
  if (isFine(visit)) {
    return `${verb} ${visit.cluster}`;
  }
  const [cause] = visit.kind === "answered" ? [] : visit.causes;
  const why = visit.kind === "unregistered" ? "not registered" : (cause?.message ?? "see below");
  return `${visit.cluster}: ${why}`;
}
