/** From a request and a stage's config to what a registration is to bring about. */
import { minLifeMs } from "../../clusters/token-life.ts";
import { isLocalCluster } from "../../config/stage-config.ts";
import { formatSpan } from "../../durations.ts";
import { UsageError } from "../../errors.ts";
import { listSome } from "../../list-some.ts";
import { desiredPullSecrets } from "../../refresh/desired.ts";
import { serviceAccountAccess } from "../../registration/access/service-account-access.ts";
import { defaultLifetime, parseLifetime } from "../../registration/access/token-lifetime.ts";
import type { RegistrationWish } from "../../registration/registration-wish.ts";

import type { StageContext } from "../stage/open-stage.ts";
import type { RegisterRequest } from "./register-request.ts";

type Stage = Pick<StageContext, "config" | "configFile" | "owner">;

/** @throws UsageError */
export function wishOf(request: RegisterRequest, stage: Stage): RegistrationWish {
  const { config, configFile, owner } = stage;
  const { cluster, namespace, renew } = request;
  const desired = desiredPullSecrets(config.pullSecrets, cluster, owner);
  if (desired.length === 0) {
    throw new UsageError(`no pull secret of ${configFile} is for a cluster named ${cluster}`, {
      hint: `its \`clusters\` entries: ${entriesOf(stage)}; add the name there, or mend it here`,
    });
  }
  const schedulePeriodMs = config.schedule.periodMinutes * 60_000;
  const asked = request.lifetimeSeconds ?? (renew ? undefined : parseLifetime(defaultLifetime));
  const neededMs = minLifeMs(schedulePeriodMs);
  if (asked !== undefined && asked * 1_000 < neededMs) {
    const period = formatSpan(schedulePeriodMs);
    throw new UsageError(`--token-lifetime is less than six schedules of ${period}`, {
      hint: `ask for ${formatSpan(neededMs)} or more`,
    });
  }
  const access = serviceAccountAccess({ namespace, lifetimeSeconds: asked, schedulePeriodMs });
  const { kmsKeyArn, tags } = config.aws;
  const kmsKeyId = request.kmsKeyId ?? kmsKeyArn;
  const isLocal = isLocalCluster(config, cluster);
  return { ...request, isLocal, owner, desired, access, schedulePeriodMs, kmsKeyId, tags };
}

function entriesOf({ config }: Stage): string {
  const entries = config.pullSecrets.flatMap(({ clusters }) => clusters);
  return listSome([...new Set(entries)]);
}
