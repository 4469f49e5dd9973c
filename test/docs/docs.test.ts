/** The documents keep what they say: links lead somewhere, commands and configs are ones that we take. */
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../src/config/load.ts";
import { stackTemplate } from "../../src/deploy/template/template.ts";
import { runbookAnchors, runbookFile } from "../../src/notifications/runbook.ts";
import { type Proof, proofOf, scriptsOf } from "./commands.ts";
import { files, readDocuments, readText, root } from "./documents.ts";
import { exceptions } from "./exceptions.ts";
import { deployment, filesWithParts, withGenerated } from "./generated/document-parts.ts";
import { parseCall } from "./parse-call.ts";
import { callsOf } from "./shell.ts";

const documents = readDocuments();
const anchors = new Map(documents.map(({ file, anchors: all }) => [file, all]));
const scripts = documents.flatMap(scriptsOf);
const lines = scripts.flatMap(({ block, lines: all }) =>
  all.map((line) => ({ where: `${block.file}:${block.line}`, line })),
);
const npmScripts: Readonly<Record<string, string>> = JSON.parse(readText("package.json")).scripts;

describe.each(documents)("$file", ({ file, links, spans, blocks }) => {
  test("links to files and headings that are there", () => {
    const broken = links.filter(({ text }) => !isExternal(text) && !leadsSomewhere(file, text));
    expect(broken).toEqual([]);
  });

  test("names only options and commands that our program has", () => {
    const calls = spans.flatMap((span) =>
      callsInSentence(span.text).map((call) => ({ span, call })),
    );
    const wrong = calls.flatMap(({ span, call }) => complaints(call, `${file}:${span.line}`));
    expect(wrong).toEqual([]);
  });

  test("names only npm scripts that are there", () => {
    const unknown = [...spans, ...blocks].flatMap(({ text }) => unknownScripts(text));
    expect(unknown).toEqual([]);
  });

  test("shows only YAML and JSON that can be read, and configs that are taken", () => {
    for (const { language, text, line } of blocks) {
      if (language === "json") expect(() => JSON.parse(text), `${file}:${line}`).not.toThrow();
      if (language === "yaml") checkYaml(text, `${file}:${line}`);
    }
  });
});

test.each(lines)("$where: our program takes $line", ({ where, line }) => {
  for (const call of callsOf(line)) expect(complaints(call, where)).toEqual([]);
});

test("no command hides in a block that nobody looks into", () => {
  const blocks = documents.flatMap((document) => document.blocks);
  expect(blocks.filter(({ language }) => !knownLanguages.includes(language))).toEqual([]);
  const said = blocks.filter(({ language }) => ["", "text"].includes(language));
  expect(said.filter(({ text }) => /^(npx|npm|aws|kubectl|git|bash) /m.test(text))).toEqual([]);
});

test("a script is run as a whole, or not at all", () => {
  const mixed = scripts.filter(({ lines: all }) => new Set(all.map(proofOf)).size > 1);
  expect(mixed).toEqual([]);
});

test("most commands are run as they stand", () => {
  const proofs = Map.groupBy(lines, ({ line }): Proof => proofOf(line));
  expect(proofs.get("excepted")?.length ?? 0).toBeLessThan(10);
  expect(proofs.get("run")?.length).toBeGreaterThan(20);
});

test.each(filesWithParts)("%s has what the code generates; otherwise: npm run fix", (file) => {
  expect(readText(file)).toBe(withGenerated(readText(file)));
});

test("every alarm sends its reader to a section of the runbook", () => {
  for (const anchor of runbookAnchors) expect(anchors.get(runbookFile)).toContain(anchor);
  for (const alarm of Object.values(stackTemplate(deployment).Resources)) {
    if (alarm.Type !== "AWS::CloudWatch::Alarm") continue;
    const { AlarmName, AlarmDescription } = alarm.Properties;
    const [, anchor] = /docs\/operations\.md#([\w-]+)$/.exec(String(AlarmDescription)) ?? [];
    expect(anchors.get(runbookFile), String(AlarmName)).toContain(anchor);
  }
});

test("every exception is of a command that is there, and says why", () => {
  const all = lines.map(({ line }) => line);
  for (const { command, why } of exceptions) {
    expect(all).toContain(command);
    expect(why).toMatch(/\w+ \w+/);
  }
});

test("every document is looked at", () => {
  expect(files).toEqual(expect.arrayContaining(["README.md", "docs/security.md"]));
});

const knownLanguages = ["sh", "", "text", "yaml", "json", "ini", "mermaid"];

const isExternal = (link: string) => /^https?:/.test(link);

function leadsSomewhere(file: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? file : relative(root, join(root, dirname(file), path));
  const known = anchors.get(target);
  return anchor === undefined ? existsSync(join(root, target)) : (known ?? []).includes(anchor);
}

/** A config, or a part of one; anything else is only read. */
function checkYaml(text: string, place: string): void {
  const yaml: unknown = parse(text);
  if (typeof yaml !== "object" || yaml === null) throw new Error(`${place}: no mapping`);
  if (!Object.keys(yaml).some((key) => key in configKeys)) return;
  parseConfig("pullSecrets" in yaml ? text : `${text}\n${somePullSecrets}`, place);
}

const configKeys: object = JSON.parse(readText("config/schema.json")).properties;
const somePullSecrets =
  "pullSecrets: [{ name: any, namespaces: any, registries: [{ type: ecr, region: us-east-1 }] }]";

/** With something in the place of what is to be filled in. */
function callsInSentence(code: string) {
  const filledIn = code.replace(/ \[[^\]]*\]/g, "").replace(/<[^>]*>/g, "7");
  return callsOf(ourCommands.test(filledIn) ? `ecr-pull-secrets ${filledIn}` : filledIn).filter(
    ([command, ...args]) => command !== "7" && args.length > 0,
  );
}

/** `refresh --local`, as documents put it for short. */
const ourCommands = /^(register|list|status|plan|refresh|check|unregister|validate)( |$)/;

function complaints(call: readonly string[], where: string): readonly string[] {
  const complaint = parseCall(call);
  return complaint === undefined ? [] : [`${where}: ${call.join(" ")}: ${complaint}`];
}

function unknownScripts(text: string): readonly string[] {
  return [...text.matchAll(/\bnpm run ([\w:-]+)/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !(name in npmScripts));
}
