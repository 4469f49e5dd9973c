/**
 * Prove that a credential may do what it needs, and nothing of what it mustn't: every right asked,
 * every refusal provoked.
 */
import { eachInParallel } from "../refresh/apply/concurrency.ts";
import type { AccessQuestion, LabelledAttempt, RightsApi } from "./access.ts";
import { describeQuestion } from "./describe-question.ts";
import type { Rights } from "./rights.ts";

export interface Proof {
  readonly what: string;
  readonly expected: "allowed" | "refused";
  readonly found: "allowed" | "refused" | "unclear";
  /** Found is what was expected; what is unclear proves nothing. */
  readonly ok: boolean;
  /** Only the admission policy can refuse it. */
  readonly needsPolicy: boolean;
  /** What the API server said to an attempt. */
  readonly message?: string;
}

export interface RightsQuestions {
  readonly rights: Pick<Rights, "needed" | "forbidden">;
  readonly attempts: readonly LabelledAttempt[];
}

interface Inquiry {
  readonly claim: Pick<Proof, "what" | "expected" | "needsPolicy">;
  find(): Promise<Pick<Proof, "found" | "message">>;
}

/**
 * @returns in the order of the questions: needed, forbidden, attempts
 * @throws ClusterError if the API server can't be asked
 */
export async function proveRights(
  { rights, attempts }: RightsQuestions,
  api: RightsApi,
): Promise<readonly Proof[]> {
  const inquiries = [
    ...rights.needed.map((question) => ask(question, "allowed", api)),
    ...rights.forbidden.map((question) => ask(question, "refused", api)),
    ...attempts.map((attempt) => provoke(attempt, api)),
  ];
  const proofs: Proof[] = [];
  await eachInParallel([...inquiries.entries()], async ([index, { claim, find }]) => {
    const finding = await find();
    proofs[index] = { ...claim, ...finding, ok: finding.found === claim.expected };
  });
  return proofs;
}

function ask(
  question: AccessQuestion,
  expected: Proof["expected"],
  api: Pick<RightsApi, "canI">,
): Inquiry {
  return {
    claim: { what: describeQuestion(question), expected, needsPolicy: false },
    find: async () => ({ found: (await api.canI(question)) ? "allowed" : "refused" }),
  };
}

function provoke(
  { what, attempt, needsPolicy }: LabelledAttempt,
  api: Pick<RightsApi, "attempt">,
): Inquiry {
  return {
    claim: { what, expected: "refused", needsPolicy },
    find: async () => {
      const answer = await api.attempt(attempt);
      return answer.outcome === "allowed"
        ? { found: "allowed" }
        : { found: answer.outcome, message: answer.message };
    },
  };
}
