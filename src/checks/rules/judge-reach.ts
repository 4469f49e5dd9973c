/** The way to an API server, step by step. */
import type { Asked } from "../asked.ts";
import { type Check, catalogue, failed, passed, skipped, warned } from "../catalogue.ts";
import type { CheckResult } from "../check-report.ts";
import type { ReachedStep } from "../ports.ts";

const steps = ["dns", "tcp", "tls"] as const;

/** What comes after a step that failed wasn't tried. */
export function judgeReach(reached: Asked<readonly ReachedStep[]>): readonly CheckResult[] {
  if (reached.error) {
    const { message, hint } = reached.error;
    const { dns, tcp, tls } = catalogue;
    return [failed(dns, { message, hint }), skipped(tcp, dns), skipped(tls, dns)];
  }
  return judgeSteps(reached.answer);
}

function judgeSteps(reached: readonly ReachedStep[]): readonly CheckResult[] {
  const obstacle = reached.find(({ ok }) => !ok);
  return steps.flatMap((step) => {
    const check = catalogue[step];
    const found = reached.find((each) => each.step === step);
    if (found) {
      return judgeStep(check, found);
    }
    return obstacle ? skipped(check, catalogue[obstacle.step]) : [];
  });
}

function judgeStep(check: Check, { ok, doubtful, message, hint }: ReachedStep): CheckResult {
  if (!ok) return failed(check, { message, hint });
  return doubtful ? warned(check, { message, hint }) : passed(check, message);
}
