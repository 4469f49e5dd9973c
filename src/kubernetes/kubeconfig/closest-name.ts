import { editDistance } from "../../edit-distance.ts";

/** The name that was probably meant: at most a third of its letters are off. */
export function closestName(wanted: string, names: readonly string[]): string | undefined {
  const close = names
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return close[0]?.name ?? names.find((name) => wanted.length > 2 && name.includes(wanted));
}
