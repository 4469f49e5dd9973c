/**
 * Has somebody taken a field that we own? The API server keeps the answer in `managedFields`, so it
 * shows without reading the Secret's data.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import { layoutOf } from "../../pull-secrets/layout.ts";
import { annotations, fieldManager, managedByLabel } from "../../pull-secrets/names.ts";
import { readStamps, soonestExpiry } from "../../pull-secrets/stamps.ts";
import type { DesiredPullSecret } from "../desired.ts";
import type { FieldManager, FieldSet, SecretState } from "../ports.ts";

export interface Drift {
  /** Who holds the field now; undefined: nobody, it was removed. */
  readonly manager: string | undefined;
  /** For people: `data..dockerconfigjson`. */
  readonly field: string;
}

type FieldPath = readonly string[];

const fieldsOfAll: readonly FieldPath[] = [
  ["type"],
  ["metadata", "labels", managedByLabel],
  ["metadata", "annotations", annotations.owner],
  ["metadata", "annotations", annotations.refreshedAt],
  ["metadata", "annotations", annotations.registries],
  ["metadata", "annotations", annotations.shape],
];

const expiryField: FieldPath = ["metadata", "annotations", annotations.expiresAt];

/** The first field of ours that we no longer own; undefined while all is as we wrote it. */
export function findDrift(
  secret: SecretState,
  desired: Pick<DesiredPullSecret, "format" | "shape">,
): Drift | undefined {
  const own = secret.managers.filter(isOurs);
  const lost = fieldsOfOurs(secret, desired).find((path) => !own.some((each) => owns(each, path)));
  if (!lost) {
    return undefined;
  }
  const taker = secret.managers.find((entry) => !isOurs(entry) && owns(entry, lost));
  return { manager: taker?.manager, field: lost.join(".") };
}

function fieldsOfOurs(
  { annotations: written, managers }: SecretState,
  { format, shape }: Pick<DesiredPullSecret, "format" | "shape">,
): readonly FieldPath[] {
  const stamps = readStamps(written);
  const data = layoutOf(format).keys.map((key): FieldPath => ["data", key]);
  // Keys that the config has just been given aren't there yet: nobody took them from us.
  const expected = data.filter(
    (path) => stamps.shape === shape || managers.some((entry) => owns(entry, path)),
  );
  // The expiry is noted for people, unless nothing in the secret expires.
  const expires = soonestExpiry(stamps.registries.values());
  return [...expected, ...fieldsOfAll, ...(expires ? [expiryField] : [])];
}

function isOurs(entry: FieldManager): boolean {
  return entry.manager === fieldManager && entry.operation === "Apply";
}

function owns(entry: FieldManager, path: FieldPath): boolean {
  let fields: FieldSet | undefined = entry.fields;
  for (const segment of path) {
    fields = fields?.[`f:${segment}`];
  }
  return fields !== undefined;
}

/** For people: `kubectl-edit changed data..dockerconfigjson`. */
export function describeDrift({ manager, field }: Drift): string {
  return manager === undefined ? `somebody removed ${field}` : `${manager} changed ${field}`;
}
