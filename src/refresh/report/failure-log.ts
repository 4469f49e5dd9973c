/** Failures, one per cause: five hundred namespaces with the same trouble are one entry. */
import type { ClusterError, MintError } from "../../errors.ts";
import type { StopReason } from "../ports.ts";
import type { Failure, FailureKind } from "./report.ts";

export interface Cause {
  readonly kind: FailureKind;
  readonly message: string;
  readonly hint?: string | undefined;
}

export interface FailedPlace {
  readonly pullSecret?: string | undefined;
  readonly namespace?: string | undefined;
  readonly registry?: string | undefined;
}

/** A server's message names the object; the rest of its kind says the same of others. */
const oneMessagePerPlace: ReadonlySet<FailureKind> = new Set(["conflict", "contention"]);

export function createFailureLog() {
  const failures = new Map<string, Failure & { readonly namespaces: string[] }>();
  return {
    list: (): readonly Failure[] => [...failures.values()],

    add({ pullSecret, namespace, registry }: FailedPlace, { kind, message, hint }: Cause): void {
      const said = oneMessagePerPlace.has(kind) ? message : "";
      const key = JSON.stringify([kind, pullSecret, registry, said]);
      const failure = failures.get(key);
      const namespaces = failure?.namespaces ?? [];
      if (namespace !== undefined && !namespaces.includes(namespace)) {
        namespaces.push(namespace);
      }
      if (!failure) {
        failures.set(key, { kind, message, hint, pullSecret, registry, namespaces });
      }
    },
  };
}

export function clusterCause({ kind, message, hint }: ClusterError): Cause {
  return { kind, message, hint: hint ?? (kind === "forbidden" ? rightsHint : undefined) };
}

export function mintCause({ message, hint }: MintError): Cause {
  return { kind: "mint", message, hint };
}

const rightsHint =
  "ecr-pull-secrets register <cluster> grants what the config needs; --print-manifests shows it";

export const stopCauses: Readonly<Record<StopReason, Cause>> = {
  deadline: {
    kind: "deadline",
    message: "the sweep's time was up before this was begun",
    hint: "the next sweep goes on from here; if it happens again, look at the API server's latency",
  },
  interrupted: {
    kind: "interrupted",
    message: "interrupted before this was begun",
    hint: "run the command again: it does what is left",
  },
};
