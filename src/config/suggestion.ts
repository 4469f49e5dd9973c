import { editDistance } from "../edit-distance.ts";

const maxDistance = 2;

/** The known word that was probably meant: at most two typos away. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    // Where the lengths alone are too far apart, a hostile file shall cost no more than this.
    .filter((candidate) => Math.abs(word.length - candidate.length) <= maxDistance)
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= maxDistance && distance < candidate.length - 1)
    .sort((a, b) => a.distance - b.distance);
  return nearest?.candidate;
}
