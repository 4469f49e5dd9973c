/**
 * What differs between an object as it is and as it should be. Pure. Manifests spell all defaults
 * out, so that a plain comparison will do.
 */
import type { KubernetesObject } from "../../rights/kubernetes-object.ts";

export interface Difference {
  /** `rules[1].resourceNames` */
  readonly path: string;
  /** Undefined: it isn't there. */
  readonly from: unknown;
  /** Undefined: it should go. */
  readonly to: unknown;
}

/**
 * Others add fields of their own to these: finalizers, a token secret, pull secrets that a sweep
 * linked. Of all other kinds every field counts: one rule too many is a right too many.
 */
const sharedKinds: ReadonlySet<string> = new Set(["Namespace", "ServiceAccount"]);

const notContent: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "status"]);

export function differencesOf(live: KubernetesObject, wanted: KubernetesObject): Difference[] {
  return [
    ...contentFields(live, wanted).flatMap((field) => compare(live[field], wanted[field], field)),
    ...missingEntries("metadata.labels", live.metadata.labels, wanted.metadata.labels),
    ...missingEntries(
      "metadata.annotations",
      live.metadata.annotations,
      wanted.metadata.annotations,
    ),
  ];
}

function contentFields(live: KubernetesObject, wanted: KubernetesObject): string[] {
  const others = sharedKinds.has(wanted.kind) ? [] : Object.keys(live);
  const fields = new Set([...Object.keys(wanted), ...others]);
  return [...fields].filter((field) => !notContent.has(field));
}

type Texts = Readonly<Record<string, string>> | undefined;

/** Labels and annotations of others are none of our business. */
function missingEntries(path: string, live: Texts = {}, wanted: Texts = {}): Difference[] {
  return Object.entries(wanted)
    .filter(([key, value]) => live[key] !== value)
    .map(([key, value]) => ({ path: `${path}["${key}"]`, from: live[key], to: value }));
}

function compare(live: unknown, wanted: unknown, path: string): Difference[] {
  if (isList(live) && isList(wanted) && live.length === wanted.length) {
    return live.some(isObject)
      ? live.flatMap((item, index) => compare(item, wanted[index], `${path}[${index}]`))
      : whole(live, wanted, path);
  }
  if (isObject(live) && isObject(wanted)) {
    const keys = [...new Set([...Object.keys(wanted), ...Object.keys(live)])];
    return keys.flatMap((key) => compare(live[key], wanted[key], `${path}.${key}`));
  }
  return whole(live, wanted, path);
}

function whole(from: unknown, to: unknown, path: string): Difference[] {
  return canonical(from) === canonical(to) ? [] : [{ path, from, to }];
}

/** JSON in which the order of keys doesn't count. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, each: unknown) =>
    isObject(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}

/** The JSON merge patch from one to the other, without metadata: https://www.rfc-editor.org/rfc/rfc7396 */
export function patchOf(live: KubernetesObject, wanted: KubernetesObject): Record<string, unknown> {
  const fields = contentFields(live, wanted);
  const content = (object: KubernetesObject) =>
    Object.fromEntries(
      fields.filter((field) => field in object).map((field) => [field, object[field]]),
    );
  return mergePatch(content(live), content(wanted));
}

function mergePatch(live: Fields, wanted: Fields): Record<string, unknown> {
  const keys = [...new Set([...Object.keys(live), ...Object.keys(wanted)])];
  const changed = keys.filter((key) => canonical(live[key]) !== canonical(wanted[key]));
  return Object.fromEntries(
    changed.map((key) => {
      const [from, to] = [live[key], wanted[key]];
      return [key, isObject(from) && isObject(to) ? mergePatch(from, to) : (to ?? null)];
    }),
  );
}

type Fields = Readonly<Record<string, unknown>>;

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !isList(value);
}
