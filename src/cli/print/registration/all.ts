/** What `register --all` will do, and what came of it. */
import { listSome } from "../../../list-some.ts";
import { changesSomething } from "../../../registration/plan-registration.ts";
import type { PreparedAll } from "../../register/all/prepare-all.ts";
import type { Look } from "../look.ts";
import { count, joinBlocks } from "../wording.ts";
import { renderRegistrationPlan } from "./plan.ts";
import { planAsJson } from "./plan-as-json.ts";
import { renderProblem } from "./problem.ts";

export function renderAllPlan({ chosen, prepared, problems }: PreparedAll, look: Look): string {
  const isTold = ({ plan }: PreparedAll["prepared"][number]) =>
    changesSomething(plan) || plan.objects.some(({ verb }) => verb === "wait");
  const told = prepared.filter(isTold);
  const same = prepared.filter((each) => !isTold(each)).map(({ plan }) => plan);
  const quiet = [...chosen.current, ...same.map(({ wish }) => wish.cluster)].sort();
  const { paint } = look;
  return joinBlocks([
    ...told.map(({ plan }) => renderRegistrationPlan(plan, look)),
    quiet.length > 0 ? paint.dim(`= as the config asks for: ${listSome(quiet)}`) : "",
    chosen.unused.length > 0
      ? paint.dim(`= the config wants nothing there: ${listSome(chosen.unused)}`)
      : "",
    problems.map((problem) => renderProblem(problem, look)).join("\n"),
    told.length + problems.length === 0 ? `${paint.green("✔")} nothing to do` : "",
  ]);
}

export function renderAllDone(
  { prepared, problems }: PreparedAll,
  failed: number,
  { paint }: Look,
): string {
  const left = failed + problems.length;
  const well = `${count(prepared.length - failed, "cluster")} up to the config`;
  return left === 0 ? `${paint.green("✔")} ${well}` : `${paint.red("✖")} ${well}, ${left} not`;
}

export function allAsJson({ chosen, prepared, problems }: PreparedAll) {
  const { current, unused } = chosen;
  const plans = prepared.map(({ plan }) => planAsJson(plan));
  return { plans, current, unused, problems };
}
