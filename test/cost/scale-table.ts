/** What 10,000 clusters ask of the queue and of AWS's quotas. Pure. */
import { memoryMb, scheduleMinutes, timeoutSeconds } from "./functions.ts";
import type { Measured } from "./measured.ts";
import { billedMs } from "./month.ts";
import { msInLambda } from "./ms-in-lambda.ts";
import { formatNumber, table } from "./quantities.ts";
import type { Basis } from "./tables.ts";

const fleets = [100, 1_000, 10_000];
const defaultPlaces = 50;
/** Beside what the function does: a message is received, handed over, and deleted. */
const betweenMs = 50;
/** The other half is for clusters that hang. */
const shareForHealthy = 0.5;

/** Of Secrets Manager: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
export const quotas = { valuesPerSecond: 10_000, tagsPerSecond: 50 };

export function scaleTable({ measured }: Basis): string {
  const rows = fleets.flatMap((clusters) =>
    scheduleMinutes.map((minutes) => {
      const seconds = secondsPerSweep(measured);
      const busy = (clusters * seconds) / (defaultPlaces * minutes * 60);
      const places = Math.ceil((clusters * seconds) / (minutes * 60) / shareForHealthy);
      return [
        clusters.toLocaleString("en-US"),
        `${minutes} min`,
        `${formatNumber((clusters * seconds) / defaultPlaces)} s`,
        busy > 1 ? "too few" : `${Math.max(1, Math.round(busy * 100))} %`,
        places <= defaultPlaces ? "the default" : String(roundUp(places)),
      ];
    }),
  );
  return table(
    [
      "clusters",
      "schedule",
      `time to sweep all, ${defaultPlaces} at once`,
      "of the schedule",
      "`aws.concurrency.queue`",
    ],
    rows,
  );
}

export function quotaLine({ measured }: Basis): string {
  const perSecond = defaultPlaces / secondsPerSweep(measured);
  const renewingMs = billedMs(measured.refresh.renewing, "refresh") + betweenMs;
  const tags = defaultPlaces / (renewingMs / 1_000);
  return (
    `Fifty at once ask Secrets Manager for ${formatNumber(perSecond)} values per second, of ` +
    `${formatNumber(quotas.valuesPerSecond)} that an account may, and, while all of them renew, ` +
    `write ${formatNumber(tags)} tags, of ${quotas.tagsPerSecond}.`
  );
}

export function throttledLine({ measured: { throttledDispatch } }: Basis): string {
  const { refusedShare, callMs, lists, sends, wallMs, cpuMs, peakBytes } = throttledDispatch;
  const seconds = msInLambda({ wallMs, cpuMs }, memoryMb.dispatch) / 1_000;
  return (
    `With ${refusedShare * 100} % of the list calls refused, since another program lists as well, and ${callMs} ms for ` +
    `each, a dispatch of 10,000 makes ${lists} list and ${formatNumber(sends)} send calls in ` +
    `${formatNumber(wallMs / 1_000)} s (${formatNumber(seconds)} s with a Lambda's share of a core, of ` +
    `${timeoutSeconds.dispatch}), with ${Math.round(peakBytes / 2 ** 20)} MiB of ${memoryMb.dispatch}.`
  );
}

function secondsPerSweep({ refresh }: Measured): number {
  return (billedMs(refresh.idle, "refresh") + betweenMs) / 1_000;
}

/** To a number that somebody would write. */
function roundUp(places: number): number {
  return Math.ceil(places / 10) * 10;
}
