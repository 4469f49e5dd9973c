/**
 * Prove that a credential may do what it needs, and nothing of what it mustn't: every right asked,
 * every refusal provoked.
 */
import { eachInParallel } from "../refresh/concurrency.ts";
import type { RightsApi } from "./access.ts";
import type { LabelledAttempt } from "./attempts.ts";
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

type Claim = Pick<Proof, "what" | "expected" | "needsPolicy">;
type Finding = Pick<Proof, "found" | "message">;

/**
 * @returns in the order of the questions: needed, forbidden, attempts
 * @throws ClusterError if the API server can't be asked
 */
export async function proveRights(
  { rights, attempts }: RightsQuestions,
  api: RightsApi,
): Promise<readonly Proof[]> {
  const questions = [
    ...rights.needed.map((question) => ({ question, expected: "allowed" as const })),
    ...rights.forbidden.map((question) => ({ question, expected: "refused" as const })),
  ].map(({ question, expected }) => {
    const claim: Claim = { what: describeQuestion(question), expected, needsPolicy: false };
    const find = async () => ((await api.canI(question)) ? "allowed" : "refused");
    return { claim, find: async (): Promise<Finding> => ({ found: await find() }) };
  });
  const tried = attempts.map(({ what, attempt, needsPolicy }) => {
    const claim: Claim = { what, expected: "refused", needsPolicy };
    return { claim, find: () => tryOut(attempt, api) };
  });

  const inquiries = [...questions, ...tried].map((each, at) => ({ ...each, at }));
  const proofs: Proof[] = [];
  await eachInParallel(inquiries, async ({ claim, find, at }) => {
    const finding = await find();
    proofs[at] = { ...claim, ...finding, ok: finding.found === claim.expected };
  });
  return proofs;
}

async function tryOut(attempt: LabelledAttempt["attempt"], api: RightsApi): Promise<Finding> {
  const answer = await api.attempt(attempt);
  return answer.outcome === "allowed"
    ? { found: "allowed" }
    : { found: answer.outcome, message: answer.message };
}
