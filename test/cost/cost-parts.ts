/** What of `docs/cost.md` is computed, by the names of its marks. */
import type { Deployment } from "../../src/deploy/template/part.ts";
import { fixturesOf } from "./fixtures-of.ts";
import { readMeasured } from "./measured.ts";
import { optionsTable } from "./options-table.ts";
import { quotaLine, scaleTable, throttledLine } from "./scale-table.ts";
import {
  type Basis,
  countsLine,
  machineLine,
  measuredTable,
  monthTable,
  priceTable,
  scheduleLine,
  scheduleTable,
} from "./tables.ts";

export function costParts(deployment: Deployment): Readonly<Record<string, () => string>> {
  const of = (part: (basis: Basis) => string) => () =>
    part({ measured: readMeasured(), fixtures: fixturesOf(deployment) });
  return {
    "cost-counts": countsLine,
    "cost-machine": of(machineLine),
    "cost-measured": of(measuredTable),
    "cost-month": of(monthTable),
    "cost-options": of(optionsTable),
    "cost-prices": priceTable,
    "cost-quotas": of(quotaLine),
    "cost-scale": of(scaleTable),
    "cost-schedule-words": of(scheduleLine),
    "cost-schedules": of(scheduleTable),
    "cost-throttled": of(throttledLine),
  };
}
