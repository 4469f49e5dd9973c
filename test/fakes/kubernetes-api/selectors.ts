/** Field and label selectors. */
import type { ApiObject } from "./object.ts";
import type { Resource } from "./resources.ts";
import { badRequest, Surprise } from "./status.ts";

export type Selector = (object: ApiObject) => boolean;

interface FieldRequirement {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/** The name that a field selector pins: list is then authorised for this name. */
export function selectedName(selector: string | null): string | undefined {
  const requirements = selector ? parseFieldSelector(selector) : [];
  const pinned = requirements.find(({ field, equal }) => field === "metadata.name" && equal);
  return pinned === undefined || pinned.value === "" ? undefined : pinned.value;
}

export function fieldSelector(resource: Resource, selector: string | null): Selector {
  const requirements = selector ? parseFieldSelector(selector) : [];
  for (const { field } of requirements) {
    checkSelectable(resource, field);
  }
  return (object) =>
    requirements.every(({ field, equal, value }) => (fieldOf(object, field) === value) === equal);
}

function parseFieldSelector(selector: string): FieldRequirement[] {
  return selector.split(",").flatMap((term): FieldRequirement[] => {
    if (term === "") {
      return [];
    }
    const [, field, operator, value] = /^([^!=]+)(!=|==|=)(.*)$/.exec(term) ?? [];
    if (field === undefined || value === undefined) {
      throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
    }
    return [{ field, equal: operator !== "!=", value }];
  });
}

function checkSelectable(resource: Resource, field: string): void {
  const namespaced = resource.namespaced ? ["metadata.namespace"] : [];
  const known = ["metadata.name", ...namespaced, ...resource.selectable];
  if (known.includes(field)) {
    return;
  }
  if (resource.selectable.length > 0) {
    throw badRequest(`field label not supported: ${field}`);
  }
  throw badRequest(
    `"${field}" is not a known field selector: only ${known.map((one) => `"${one}"`).join(", ")}`,
  );
}

function fieldOf(object: ApiObject, field: string): unknown {
  return field
    .split(".")
    .reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
      object,
    );
}

export function labelSelector(selector: string | null): Selector {
  const tests = selector ? splitTerms(selector).map(labelTest) : [];
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

// Commas inside of parentheses separate values, not requirements.
function splitTerms(selector: string): string[] {
  return selector.split(/,(?![^(]*\))/).map((term) => term.trim());
}

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

function labelTest(term: string): LabelTest {
  const set = /^([^\s!=<>()]+)\s+(in|notin)\s+\(([^()]*)\)$/.exec(term);
  if (set !== null) {
    return setTest(set[1] ?? "", set[2] === "in", set[3] ?? "");
  }
  const equality = /^([^\s!=<>()]+)\s*(!=|==|=)\s*([^\s!=<>()]*)$/.exec(term);
  if (equality !== null) {
    return setTest(equality[1] ?? "", equality[2] !== "!=", equality[3] ?? "");
  }
  const existence = /^(!?)\s*([^\s!=<>()]+)$/.exec(term);
  if (existence !== null) {
    const wanted = existence[1] !== "!";
    const key = existence[2] ?? "";
    return (labels) => Object.hasOwn(labels, key) === wanted;
  }
  if (/[<>]/.test(term)) {
    throw new Surprise(`the label selector '${term}'`);
  }
  throw badRequest(
    `unable to parse requirement: found '${term}', expected: !, identifier, or 'end of string'`,
  );
}

function setTest(key: string, inside: boolean, list: string): LabelTest {
  const values = list.split(",").map((value) => value.trim());
  return (labels) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return value === undefined ? !inside : values.includes(value) === inside;
  };
}
