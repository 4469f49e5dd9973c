/** Finds the real parts for e2e, and builds what is missing, once, into a cache. */
import { listRecipes, type Recipe } from "./build-recipes.ts";
import { cacheDirectory, lockPath, makeAtomically, withCacheLock } from "./cache.ts";
import type { PartName } from "./part-paths.ts";
import { requireToolchain } from "./toolchains.ts";

/** Paths of all parts, or of these. Throws when one can't be had: no test may pass by not running. */
export async function ensureParts(
  say: (line: string) => void,
  names?: readonly PartName[],
): Promise<ReadonlyMap<PartName, string>> {
  const recipes = (await listRecipes()).filter(({ name }) => names?.includes(name) ?? true);
  if ((await findMissing(recipes)).length > 0) {
    await withCacheLock(
      async () => buildAll(await findMissing(recipes), say),
      (pid) =>
        say(
          `Another run (process ${pid}) is building the parts; waiting for it. ` +
            `If no such run is there, remove ${lockPath()}.`,
        ),
    );
  }
  return new Map(recipes.map(({ name, path }) => [name, path]));
}

async function findMissing(recipes: readonly Recipe[]): Promise<Recipe[]> {
  const usable = await Promise.all(recipes.map((recipe) => recipe.isUsable()));
  return recipes.filter((_, index) => !usable[index]);
}

async function buildAll(missing: readonly Recipe[], say: (line: string) => void): Promise<void> {
  if (missing.length === 0) return;
  const toolchains = new Set(missing.map(({ toolchain }) => toolchain));
  for (const toolchain of toolchains) await requireToolchain(toolchain);

  say(`Building ${missing.length} real parts for e2e into ${cacheDirectory()}, once.`);
  say("All of them take about 8 minutes on 2 cores.");
  const startedAt = performance.now();
  for (const recipe of missing) await build(recipe, say);
  say(`All built in ${elapsed(startedAt)}.`);
}

async function build(recipe: Recipe, say: (line: string) => void): Promise<void> {
  say(`  ${recipe.name}: building ${recipe.source}`);
  const startedAt = performance.now();
  try {
    await makeAtomically(recipe.target, recipe.make);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${recipe.name} (${recipe.source}) can't be built.\n${lastLines(reason)}`);
  }
  say(`  ${recipe.name}: built in ${elapsed(startedAt)}`);
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-25).join("\n");
}

function elapsed(startedAt: number): string {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
