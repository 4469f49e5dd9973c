/**
 * Rotation: a cluster's ServiceAccount token asks for its own successor. Every step may be the last
 * one, by a crash or a deadline: until the promotion nobody reads the new token, and after it the old
 * one is still good for half of its life (docs/adr/0009).
 */
import type { NextSteps } from "../../checks/next-steps.ts";
import type { ClusterRecord } from "../../clusters/store.ts";
import type { ServiceAccountToken } from "../../clusters/stored-credential.ts";
import { ClusterError, KubeconfigError, StoreError } from "../../errors.ts";
import type { DesiredPullSecret } from "../../refresh/desired.ts";
import { observe } from "../../refresh/observe/observe.ts";
import type { ClusterApi } from "../../refresh/ports.ts";
import type { SecretValue } from "../../secret-value.ts";
import type { SweepSignals } from "../sweep-registered.ts";
import type { Trouble } from "./credential-report.ts";
import type { RotationPorts, TokenRequests } from "./ports.ts";
import { acceptGranted, GrantError, secondsToAsk } from "./token-rules.ts";

/** The token that is to be replaced, and where it was found. */
export interface HeldToken {
  readonly record: ClusterRecord;
  readonly kubeconfig: SecretValue;
  readonly token: ServiceAccountToken;
  readonly tokens: TokenRequests;
  /** What the sweeps of this cluster read. */
  readonly desired: readonly DesiredPullSecret[];
  readonly next: NextSteps;
}

export interface RotationTime extends SweepSignals {
  readonly schedulePeriodMs: number;
}

export type Rotation =
  | { readonly result: "done"; readonly token: ServiceAccountToken }
  /** Somebody replaced the record, or took it away, while we were at it: theirs counts. */
  | { readonly result: "overtaken" }
  /** There was no time for it in this invocation, or no way to the cluster. */
  | { readonly result: "postponed" }
  | { readonly result: "failed"; readonly trouble: Trouble };

/** Never at the invocation's cost: at its end, what is still under way isn't waited for. */
export async function rotateCredential(
  held: HeldToken,
  ports: RotationPorts,
  time: RotationTime,
): Promise<Rotation> {
  const end = Promise.withResolvers<Rotation>();
  const onEnd = () => end.resolve(postponed);
  time.abort.addEventListener("abort", onEnd);
  try {
    return await Promise.race([swap(held, ports, time), end.promise]);
  } catch (error) {
    return { result: "failed", trouble: troubleOf(error, held) };
  } finally {
    time.abort.removeEventListener("abort", onEnd);
  }
}

const postponed = { result: "postponed" } as const;

async function swap(
  { record, token, tokens, ...held }: HeldToken,
  { writer, kubeconfigs, tryOut }: RotationPorts,
  { stop, abort, schedulePeriodMs }: RotationTime,
): Promise<Rotation> {
  const { name, versionId: from } = record;
  const granted = await tokens.createToken(token, secondsToAsk(token, schedulePeriodMs));
  const kubeconfig = kubeconfigs.withToken(held.kubeconfig, granted.token);
  const next = acceptGranted(kubeconfigs.describe(kubeconfig), token, schedulePeriodMs);
  if (stop.aborted) return postponed;
  // Before it is stored: a try that fails would leave a version, which AWS keeps for a day at least,
  // and a record has room for so many:
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
  const unstored = { name, versionId: undefined, kubeconfig };
  await tryOut(unstored, abort, (api) => read(api, held.desired));
  if (stop.aborted) return postponed;
  const to = await writer.putPending(name, kubeconfig);
  if (to === undefined) return { result: "overtaken" };
  if (stop.aborted) return postponed;
  const swapped = await writer.promote(name, { from, to });
  return swapped === "promoted" ? { result: "done", token: next } : { result: "overtaken" };
}

/**
 * All that a sweep reads, and just that: the new token has its account's rights, so what the last
 * sweep could read, the next one can. A 403 passes, since it shows that the API server knows the
 * token, and the old one fares no better; a token that it doesn't know is a 401.
 */
async function read(api: ClusterApi, desired: readonly DesiredPullSecret[]): Promise<void> {
  try {
    // Where the config wants nothing of this cluster, sweeps read nothing, and that proves nothing.
    await (desired.length > 0 ? observe(api, desired) : api.listNamespaces());
  } catch (error) {
    if (!(error instanceof ClusterError && error.kind === "forbidden")) throw error;
  }
}

/** @throws what is a bug */
function troubleOf(error: unknown, { token, next }: HeldToken): Trouble {
  if (error instanceof ClusterError && error.kind === "forbidden") {
    // The request for the token: it is the one thing that a 403 stops.
    const message = `ServiceAccount ${token.namespace}/${token.name} may not ask for its own token`;
    return { message, hint: next.replace };
  }
  if (
    error instanceof ClusterError ||
    error instanceof StoreError ||
    error instanceof KubeconfigError ||
    error instanceof GrantError
  ) {
    return { message: error.message, hint: error.hint };
  }
  throw error;
}
