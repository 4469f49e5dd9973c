/**
 * Entries that are right by themselves but not together. Each entry is read on its own, so that
 * these are found beside whatever else is wrong in the file.
 */
import * as z from "zod";
import { defaultQueueConcurrency, queueConcurrency, reservedConcurrency } from "./aws-schema.ts";
import { listOf, secretName } from "./fields.ts";
import { formatConflicts } from "./format-conflicts.ts";
import { globsOverlap } from "./globs.ts";
import type { PathProblem } from "./problems.ts";
import { quote } from "./quote.ts";
import { readEach } from "./read-each.ts";
import { registryConflicts } from "./registry-conflicts.ts";
import { clusters, maxPullSecrets } from "./schema.ts";
import { sessionConflicts } from "./session-conflicts.ts";

const anyPullSecrets = z.object({ pullSecrets: listOf(z.unknown(), maxPullSecrets) });
const targets = z.object({ name: secretName, clusters });
const concurrencies = z.object({
  aws: z.object({
    concurrency: z.object({ queue: queueConcurrency.optional(), reserved: reservedConcurrency }),
  }),
});

export function findConflicts(config: unknown): PathProblem[] {
  const entries = anyPullSecrets.safeParse(config).data?.pullSecrets ?? [];
  return [
    ...sharedNames(entries),
    ...registryConflicts(entries),
    ...formatConflicts(entries),
    ...sessionConflicts(config, entries),
    ...starvedQueue(config),
  ];
}

function sharedNames(pullSecrets: readonly unknown[]): PathProblem[] {
  const readable = readEach(targets, pullSecrets);
  return readable.flatMap(({ index, value }, at) => {
    const earlier = readable
      .slice(0, at)
      .find(
        (other) =>
          other.value.name === value.name && globsOverlap(other.value.clusters, value.clusters),
      );
    if (earlier === undefined) return [];
    return {
      path: ["pullSecrets", index, "name"],
      message:
        `pullSecrets[${earlier.index}] is called ${quote(value.name)} too, and a cluster may match ` +
        "both: expected one pull secret of a name per cluster; join them, or narrow clusters",
    };
  });
}

/** Lambda would take messages for more functions than may run, and count those as failed receives. */
function starvedQueue(config: unknown): PathProblem[] {
  const { queue, reserved } = concurrencies.safeParse(config).data?.aws.concurrency ?? {};
  const needed = queue ?? defaultQueueConcurrency;
  if (reserved === undefined || reserved >= needed) return [];
  const ofQueue = queue === undefined ? `queue, ${needed} by default` : `queue, ${needed}`;
  const message = `expected at least as much as ${ofQueue}, found ${reserved}`;
  return [{ path: ["aws", "concurrency", "reserved"], message }];
}
