import { describe, expect, test } from "vitest";
import {
  type LicensedPackage,
  licenceProblems,
  renderLicences,
} from "../../../../src/deploy/bundle/licence-list.ts";

const undici: LicensedPackage = {
  name: "undici",
  version: "8.12.4",
  locked: "8.12.4",
  licence: "MIT",
  text: "MIT License\n\nCopyright (c) some people\n",
};

describe("the list of licences", () => {
  test("says whose each is, and each text once", () => {
    const zod = { ...undici, name: "zod", version: "4.6.7", locked: "4.6.7" };
    const yaml = { ...undici, name: "yaml", licence: "ISC", text: "\n  ISC, by others" };
    const [, first, second, ...others] = renderLicences([undici, yaml, zod]).split(/^-+$/m);
    expect(first).toBe(
      "\nundici 8.12.4 (MIT)\nzod 4.6.7 (MIT)\n\nMIT License\n\nCopyright (c) some people\n\n",
    );
    expect(second).toBe("\nyaml 8.12.4 (ISC)\n\n  ISC, by others\n");
    expect(others).toEqual([]);
  });

  test("is the same for the same packages", () => {
    expect(renderLicences([undici])).toBe(renderLicences([{ ...undici }]));
  });

  test.each<[string, Partial<LicensedPackage>, string]>([
    [
      "a licence that asks for more than its text",
      { licence: "GPL-3.0-only" },
      "undici 8.12.4 has the licence GPL-3.0-only: nobody looked at that yet",
    ],
    [
      "a choice of licences, which somebody has to make",
      { licence: "(MIT OR GPL-3.0-only)" },
      "undici 8.12.4 has the licence (MIT OR GPL-3.0-only): nobody looked at that yet",
    ],
    [
      "no licence",
      { licence: undefined },
      "undici 8.12.4 has the licence (none): nobody looked at that yet",
    ],
    [
      "a licence without its text",
      { text: undefined },
      "undici 8.12.4 brings no text of its licence MIT",
    ],
    [
      "another version than the locked one",
      { version: "8.12.3" },
      "undici is installed as 8.12.3 and locked as 8.12.4: run npm ci",
    ],
  ])("takes no package with %s", (_, change, problem) => {
    expect(licenceProblems([undici, { ...undici, ...change }])).toEqual([problem]);
  });

  test("takes what asks for its text only", () => {
    const licences = ["Apache-2.0", "MIT-0", "ISC", "0BSD", "BSD-3-Clause", "BlueOak-1.0.0"];
    expect(licenceProblems(licences.map((licence) => ({ ...undici, licence })))).toEqual([]);
  });
});
