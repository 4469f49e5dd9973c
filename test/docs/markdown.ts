/** Markdown, as far as these documents use it: headings, fenced blocks, links, code in sentences. */

export interface Block {
  /** `docs/operations.md` */
  readonly file: string;
  /** Where its first line is, from 1. */
  readonly line: number;
  /** Of the heading above it. */
  readonly anchor: string;
  readonly language: string;
  readonly text: string;
}

export interface Found {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export interface Markdown {
  readonly file: string;
  readonly anchors: readonly string[];
  readonly blocks: readonly Block[];
  /** Where links lead. */
  readonly links: readonly Found[];
  /** Code within sentences. */
  readonly spans: readonly Found[];
}

export function parseMarkdown(file: string, text: string): Markdown {
  const { prose, fences } = separate(text.split("\n"));
  const headings = headingsOf(prose);
  const blocks = fences.map((fence) => {
    const above = headings.findLast(({ line }) => line < fence.line);
    return { file, anchor: above?.anchor ?? "", ...fence };
  });
  const joined = prose.join("\n");
  return {
    file,
    anchors: headings.map(({ anchor }) => anchor),
    blocks,
    links: findAll(file, joined, /\]\(([^)\s]+)\)/g),
    spans: findAll(file, joined, /`([^`]+)`/g),
  };
}

type Fence = Pick<Block, "line" | "language" | "text">;

/** Prose keeps its line numbers: what was in fences is empty there. */
function separate(lines: readonly string[]) {
  const prose: string[] = [];
  const fences: Fence[] = [];
  let open: { line: number; language: string; indent: string; lines: string[] } | undefined;
  for (const [index, line] of lines.entries()) {
    const [, indent = "", language] = /^( *)```(\S*)/.exec(line) ?? [];
    if (language === undefined) {
      open?.lines.push(line.slice(open.indent.length));
    } else if (open) {
      fences.push({ line: open.line, language: open.language, text: open.lines.join("\n") });
      open = undefined;
    } else {
      open = { line: index + 2, language, indent, lines: [] };
      prose.push("");
      continue;
    }
    prose.push(open || language !== undefined ? "" : line);
  }
  if (open) throw new Error(`the block that begins in line ${open.line} has no end`);
  return { prose, fences };
}

function headingsOf(prose: readonly string[]) {
  const seen = new Map<string, number>();
  return prose.flatMap((line, index) => {
    const [, title] = /^#{1,6} +(.+?) *#*$/.exec(line) ?? [];
    if (title === undefined) return [];
    const slug = slugOf(title);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return [{ line: index + 1, anchor: times === 0 ? slug : `${slug}-${times}` }];
  });
}

/** As GitHub makes an anchor of a heading: https://github.com/Flet/github-slugger. */
function slugOf(title: string): string {
  return title
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}

function findAll(file: string, prose: string, pattern: RegExp): readonly Found[] {
  return [...prose.matchAll(pattern)].map(({ index, 1: text = "" }) => ({
    file,
    line: prose.slice(0, index).split("\n").length,
    text: text.replace(/\s*\n\s*/g, " "),
  }));
}
