/** Plan which workloads roll: those whose pods don't know what their pull secrets will hold. */
import { literalNamespaces } from "../../config/namespace-selection.ts";
import { formatWorkload } from "../../config/secret-format.ts";
import type { SecretContent } from "../../pull-secrets/restarted-for.ts";
import { readStamps } from "../../pull-secrets/stamps.ts";
import type { DesiredPullSecret } from "../desired.ts";
import { unlisted } from "../observe/lists-by-place.ts";
import type { Observed } from "../observe/observe.ts";
import type { SecretState, WorkloadState } from "../ports.ts";
import type { Judge } from "../rules/judge-secret.ts";
import { type Awaited, awaitedRegistries, judgeWorkload } from "../rules/restarts.ts";
import type { SecretWrite } from "../rules/secret-write.ts";
import { heldWorkload, missingWorkload } from "../rules/workload-findings.ts";
import type { Draft, Planning } from "./plan-draft.ts";

/** After all pull secrets were judged: a workload rolls once for all of them. */
export function planRestarts(
  desired: readonly DesiredPullSecret[],
  observed: Observed,
  { judge, draft }: Planning,
): void {
  const restarting = desired.filter(({ restart }) => restart.length > 0);
  if (restarting.length === 0) {
    return;
  }
  const expected = expectedContents(restarting, draft, judge.now);
  for (const { workload, pullSecrets } of workloadsOf(restarting, { observed, expected }, draft)) {
    const contents = new Map(
      pullSecrets.map((name) => [name, expected.get(name)?.get(workload.namespace)]),
    );
    const verdict = judgeWorkload(workload, contents, judge);
    if (verdict.verdict === "restart") {
      draft.restarts.push(verdict.restart);
    } else if (verdict.verdict === "held") {
      draft.findings.push(...heldWorkload(verdict.restart));
    }
  }
}

/** Registries of one secret that its workloads there need a fresh credential for. */
export function awaitedHere(
  { name, restart }: DesiredPullSecret,
  { namespace, annotations }: SecretState,
  { observed, judge }: { readonly observed: Observed; readonly judge: Judge },
): Awaited | undefined {
  if (restart.length === 0) {
    return undefined;
  }
  const listings = restart.map((ref) => observed.workloads.get(formatWorkload(ref)) ?? unlisted);
  const here = listings.flatMap(({ items }) =>
    items.filter((each) => each.namespace === namespace),
  );
  const { registries } = readStamps(annotations);
  return awaitedRegistries(here, { name, registries }, judge);
}

/** By pull secret and namespace. */
type Expected = ReadonlyMap<string, ReadonlyMap<string, SecretContent>>;

/** What the secrets hold once the plan's writes are made, as far as it can be foreseen. */
function expectedContents(
  desired: readonly DesiredPullSecret[],
  { current, writes }: Draft,
  now: Date,
): Expected {
  return new Map(
    desired.map(({ name, shape }) => {
      const kept = current
        .filter(({ pullSecret }) => pullSecret === name)
        .map(
          ({ namespace, stamps }) => [namespace, { shape, registries: stamps.registries }] as const,
        );
      const written = writes
        .filter(({ secret }) => secret.name === name)
        .map((write) => [write.namespace, afterWrite(write, now)] as const);
      return [name, new Map([...kept, ...written])];
    }),
  );
}

function afterWrite({ secret, due, existing }: SecretWrite, now: Date): SecretContent {
  const registries = secret.registries.map(({ key, source }) => {
    const stays = due.has(key) ? undefined : existing?.stamps.registries.get(key);
    return [key, stays ?? { issued: now, expires: null, source }] as const;
  });
  return { shape: secret.shape, registries: new Map(registries) };
}

interface Candidate {
  readonly workload: WorkloadState;
  readonly pullSecrets: string[];
}

function workloadsOf(
  desired: readonly DesiredPullSecret[],
  known: { readonly observed: Observed; readonly expected: Expected },
  draft: Draft,
): Iterable<Candidate> {
  const candidates = new Map<string, Candidate>();
  for (const secret of desired) {
    for (const workload of workloadsHere(secret, known, draft)) {
      const key = `${workload.namespace}/${formatWorkload(workload)}`;
      const candidate = candidates.get(key) ?? { workload, pullSecrets: [] };
      candidate.pullSecrets.push(secret.name);
      candidates.set(key, candidate);
    }
  }
  return candidates.values();
}

/** Where the secret is ours, or will be. */
function workloadsHere(
  secret: DesiredPullSecret,
  { observed, expected }: { readonly observed: Observed; readonly expected: Expected },
  draft: Draft,
): WorkloadState[] {
  const held = new Set(expected.get(secret.name)?.keys());
  return secret.restart.flatMap((ref) => {
    const { items, refused } = observed.workloads.get(formatWorkload(ref)) ?? unlisted;
    const here = items.filter(({ namespace }) => held.has(namespace));
    const places = new Set(here.map(({ namespace }) => namespace));
    const blind = new Set(refused.map(({ namespace }) => namespace));
    draft.refusals.push(...refused.map((each) => ({ pullSecret: secret.name, ...each })));
    const missing = blind.has(undefined) ? [] : missingPlaces(secret, held.difference(places));
    draft.findings.push(
      ...missing
        .filter((namespace) => !blind.has(namespace) && (namespace !== "*" || places.size === 0))
        .map((namespace) => missingWorkload(secret.name, namespace, ref)),
    );
    return here;
  });
}

/** A glob selects many namespaces that have no such workload, as intended; `*`: all of them. */
function missingPlaces(
  { namespaces }: DesiredPullSecret,
  without: ReadonlySet<string>,
): readonly string[] {
  if (without.size === 0) {
    return [];
  }
  return literalNamespaces(namespaces) ? [...without] : ["*"];
}
