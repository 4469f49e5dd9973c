/**
 * Globs over whole names: `*` is any run of characters, `?` is one; everything else, dots too, is
 * literal and case-sensitive.
 *
 * Our own few lines, because glob libraries are made for paths: they read braces, classes and `!`,
 * treat dots and slashes apart, and compile to regular expressions, where `*a*a*a*a*b` takes time
 * exponential in the number of stars.
 */

export function isGlob(pattern: string): boolean {
  return pattern.includes("*") || pattern.includes("?");
}

export function matchesAnyGlob(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => matchesGlob(pattern, name));
}

/** Takes at most `pattern.length * name.length` steps. */
export function matchesGlob(pattern: string, name: string): boolean {
  let at = 0;
  let starAt = -1;
  let starEnd = 0;
  for (let position = 0; position < name.length; ) {
    if (pattern[at] === "*") {
      starAt = at++;
      starEnd = position;
    } else if (pattern[at] === "?" || pattern[at] === name[position]) {
      at++;
      position++;
    } else if (starAt >= 0) {
      // Only the last star needs to take more: whatever an earlier one could take, this one can.
      at = starAt + 1;
      position = ++starEnd;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

/** May one name match a glob of each list? */
export function globsOverlap(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => others.some((other) => globPairOverlaps(one, other)));
}

function globPairOverlaps(a: string, b: string): boolean {
  if (!isGlob(a)) return matchesGlob(b, a);
  if (!isGlob(b)) return matchesGlob(a, b);
  // Row i, column j: may one text match both a.slice(i) and b.slice(j)? Filled from the ends.
  let below: readonly boolean[] = [];
  for (let i = a.length; i >= 0; i--) {
    const row: boolean[] = [];
    for (let j = b.length; j >= 0; j--) {
      row[j] = overlapsFrom(a[i], b[j], {
        withoutA: below[j] ?? false,
        withoutB: row[j + 1] ?? false,
        withoutBoth: below[j + 1] ?? false,
      });
    }
    below = row;
  }
  return below[0] ?? false;
}

interface Remainders {
  readonly withoutA: boolean;
  readonly withoutB: boolean;
  readonly withoutBoth: boolean;
}

function overlapsFrom(a: string | undefined, b: string | undefined, rest: Remainders): boolean {
  if (a === undefined && b === undefined) return true;
  // A star ends here, or it takes one more of what stands in the other pattern.
  if (a === "*" || b === "*") return rest.withoutA || rest.withoutB;
  if (a === undefined || b === undefined) return false;
  return (a === "?" || b === "?" || a === b) && rest.withoutBoth;
}
