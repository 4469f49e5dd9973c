import { KubeconfigError } from "../../errors.ts";

/** Where in which kubeconfig, so that a message can say it without showing what is there. */
export interface Place {
  /** What the person calls this kubeconfig: a file's path, or a record's name. */
  readonly source: string;
  /** `users[1].user.exec`; empty for the whole. */
  readonly path: string;
}

export function within(place: Place, ...keys: readonly PropertyKey[]): Place {
  const path = keys.reduce<string>(
    (parent, key) =>
      typeof key === "number" ? `${parent}[${key}]` : `${parent}${parent ? "." : ""}${String(key)}`,
    place.path,
  );
  return { source: place.source, path };
}

/**
 * The problem reads on from the path: "users[0].user.token expired on …". It never holds a value, and
 * the error has no cause: parsers quote the text that they fail on.
 */
export function refusal(place: Place, problem: string, hint: string): KubeconfigError {
  const where = place.path === "" ? "" : `${place.path} `;
  return new KubeconfigError(`${place.source}: ${where}${problem}`, { hint });
}

const maxNameLength = 80;

/** A name from a kubeconfig, safe to print: no control or direction characters, of bounded length. */
export function quotedName(name: string): string {
  const printable = name.replace(/\p{C}/gu, "?");
  const short =
    printable.length > maxNameLength ? `${printable.slice(0, maxNameLength)}…` : printable;
  return `"${short}"`;
}

const maxNames = 20;

export function quotedNames(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).map(quotedName).join(", ");
  return names.length > maxNames ? `${shown} and ${names.length - maxNames} more` : shown;
}
