/** Is a stage deployed, does its schedule fire, and has nothing been set aside? */
import { AwsError } from "../errors.ts";
import type { Owner } from "../refresh/desired.ts";
import { formatOwner } from "../refresh/rules/ownership.ts";
import { deployCommand } from "../stack/deploy-command.ts";
import type { DeployedStack } from "../stack/deployed-stack.ts";
import { logGroupOf, stackNames } from "../stack/names.ts";
import { type Check, failed, passed, skipped, stackCatalogue, warned } from "./catalogue.ts";
import type { CheckResult } from "./check-report.ts";

const { deployed, schedule, deadLetters } = stackCatalogue;

export type StackQuestions = Pick<DeployedStack, "refreshFunction" | "schedule" | "deadLetters">;

export async function checkStack(
  stack: StackQuestions,
  owner: Owner,
): Promise<readonly CheckResult[]> {
  const hint = deployCommand(owner);
  const [found, fires, setAside] = await Promise.all([
    judged(deployed, stack.refreshFunction(), (answer) =>
      answer
        ? passed(deployed, answer.name)
        : failed(deployed, { message: `there is none of ${formatOwner(owner)}`, hint }),
    ),
    judged(schedule, stack.schedule(), (state) => judgeSchedule(state, { owner, hint })),
    judged(deadLetters, stack.deadLetters(), (count) => judgeDeadLetters(count, { owner, hint })),
  ]);
  return found.result === "failed"
    ? [found, skipped(schedule, deployed), skipped(deadLetters, deployed)]
    : [found, fires, setAside];
}

interface Place {
  readonly owner: Owner;
  /** How to deploy it. */
  readonly hint: string;
}

function judgeSchedule(
  state: "enabled" | "disabled" | undefined,
  { owner: { stage, region }, hint }: Place,
): CheckResult {
  if (state === "enabled") {
    return passed(schedule);
  }
  return state === undefined
    ? failed(schedule, { message: "there is none: nothing renews any pull secret", hint })
    : failed(schedule, {
        message: "somebody disabled it: nothing renews any pull secret",
        hint: `aws events enable-rule --name ${stackNames(stage).schedule} --region ${region}`,
      });
}

/** A warning: a message that nobody could read holds no cluster back, the next tick sends another. */
function judgeDeadLetters(count: number | undefined, { owner, hint }: Place): CheckResult {
  if (count === undefined) {
    return failed(deadLetters, { message: "there is no such queue", hint });
  }
  return count === 0
    ? passed(deadLetters)
    : warned(deadLetters, {
        message: `${count} ${count === 1 ? "message" : "messages"} that the refresh function could not handle`,
        hint: `purge it once the function's log has told why: aws logs tail ${logGroupOf(stackNames(owner.stage).functions.refresh)} --since 14d --region ${owner.region}`,
      });
}

/** Who asks may lack a permission that the stack itself doesn't need. */
async function judged<T>(
  check: Check,
  answer: Promise<T>,
  judge: (answer: T) => CheckResult,
): Promise<CheckResult> {
  try {
    return judge(await answer);
  } catch (error) {
    if (error instanceof AwsError) {
      const { message, hint } = error;
      return warned(check, { message: `can't be told: ${message}`, hint });
    }
    throw error;
  }
}
