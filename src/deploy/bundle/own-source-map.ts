/**
 * A source map of our own files only. Node reads the map at each cold start and unfolds it at the
 * first error: that of everything is six times as large, and unfolding it takes 50 ms and 30 MB. A
 * frame in a package stays a place in the bundle; the frames that led there have file and line.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import type { Plugin } from "esbuild";

/** https://tc39.es/ecma426/ */
export interface SourceMap {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/** For builds that write; what others get is left as it is. */
export const ownSourceMap: Plugin = {
  name: "own-source-map",
  setup({ initialOptions, onEnd }) {
    if (initialOptions.write === false) return;
    initialOptions.write = false;
    onEnd(async ({ outputFiles = [] }) => {
      for (const { path, text, contents } of outputFiles) {
        await mkdir(dirname(path), { recursive: true });
        const isMap = path.endsWith(".map");
        await writeFile(path, isMap ? JSON.stringify(keepOwnSources(JSON.parse(text))) : contents);
      }
    });
  },
};

export function keepOwnSources({ sources, names, mappings }: SourceMap): SourceMap {
  const ownSources = new Map<string, number>();
  const ownNames = new Map<string, number>();

  function renumber(segment: SourceMapSegment): SourceMapSegment {
    if (segment.length === 1) return segment;
    const [column, source, line, sourceColumn, name] = segment;
    const path = sources[source] ?? "";
    if (path.includes("node_modules/")) return [column];
    const place = placeIn(ownSources, besideFunctions(path));
    if (name === undefined) return [column, place, line, sourceColumn];
    return [column, place, line, sourceColumn, placeIn(ownNames, names[name] ?? "")];
  }

  // A segment without a source ends what is ours: one says it for all that follow.
  let isOwn = false;
  const isNews = (segment: SourceMapSegment): boolean => {
    const wasOwn = isOwn;
    isOwn = segment.length > 1;
    return isOwn || wasOwn;
  };
  const kept = decode(mappings).map((line) => line.map(renumber).filter(isNews));
  return {
    version: 3,
    sources: [...ownSources.keys()],
    names: [...ownNames.keys()],
    mappings: encode(kept),
  };
}

function placeIn(list: Map<string, number>, value: string): number {
  const place = list.get(value) ?? list.size;
  list.set(value, place);
  return place;
}

/** As seen from functions/, where the bundle lies in the package, and not in the folder of the build. */
function besideFunctions(source: string): string {
  return source.replace(/^(\.\.\/)+/, "../");
}
