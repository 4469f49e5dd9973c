/** The list of licences that goes with the functions' package. Pure. */

export interface LicensedPackage {
  readonly name: string;
  /** As installed. */
  readonly version: string;
  /** As package-lock.json has it. */
  readonly locked: string;
  /** As package.json says it, in SPDX's words; undefined: it says nothing. */
  readonly licence: string | undefined;
  /** Its own licence, and its notice if it has one; undefined: it brings none. */
  readonly text: string | undefined;
}

/** What asks for no more than that its text travels with the code. */
const allowed: ReadonlySet<string | undefined> = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "MIT-0",
]);

const head = `What the functions of ecr-pull-secrets bundle of others, and under which licences.
Written by: npm run fix
`;
const rule = "-".repeat(80);

/** In sentences: what may not be bundled, or can't be listed. */
export function licenceProblems(packages: readonly LicensedPackage[]): string[] {
  return packages.flatMap(({ name, version, locked, licence, text }) => {
    if (version !== locked) {
      return [`${name} is installed as ${version} and locked as ${locked}: run npm ci`];
    }
    if (!allowed.has(licence)) {
      return [
        `${name} ${version} has the licence ${licence ?? "(none)"}: nobody looked at that yet`,
      ];
    }
    return text === undefined
      ? [`${name} ${version} brings no text of its licence ${licence}`]
      : [];
  });
}

/** Each text once, after all that are under it. */
export function renderLicences(packages: readonly LicensedPackage[]): string {
  const byText = Map.groupBy(packages, ({ text = "" }) => withoutMargin(text));
  const parts = [...byText].map(([text, those]) => {
    const names = those.map(({ name, version, licence }) => `${name} ${version} (${licence})`);
    return `${rule}\n${names.join("\n")}\n\n${text}\n`;
  });
  return [head, ...parts].join("\n");
}

function withoutMargin(text: string): string {
  return text.replace(/^\s*\n/, "").trimEnd();
}
