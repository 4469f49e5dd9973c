/** The licences of packages, as they bring them. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { BundledPackage } from "./bundled-packages.ts";
import type { LicensedPackage } from "./licence-list.ts";

/** For packages that leave the text out; from the root of the repository. */
const usualTexts: Readonly<Record<string, string>> = {
  "Apache-2.0": "LICENSE",
  "MIT-0": "src/deploy/bundle/texts/MIT-0.txt",
};

/** undici brings it compiled, and without its licence; both are under the MIT licence. */
const llhttp = { name: "llhttp, in undici", text: "src/deploy/bundle/texts/llhttp.txt" };

const manifest = z.object({ version: z.string(), license: z.string().optional() });
const licenceFile = /^(licen[cs]e|notice|copying)(\.(md|txt))?$/i;

/** @param root of the repository, from which the packages' folders are named */
export async function readLicences(
  root: string,
  packages: readonly BundledPackage[],
): Promise<LicensedPackage[]> {
  const found: LicensedPackage[] = [];
  for (const bundled of packages) {
    const licensed = await readLicence(root, bundled);
    found.push(licensed);
    if (bundled.name === "undici") {
      const text = await readFile(join(root, llhttp.text), "utf8");
      found.push({ ...licensed, ...llhttp, text });
    }
  }
  return found;
}

async function readLicence(
  root: string,
  { name, version: locked, folder }: BundledPackage,
): Promise<LicensedPackage> {
  const home = join(root, folder);
  const text = await readFile(join(home, "package.json"), "utf8");
  const { version, license: licence } = manifest.parse(JSON.parse(text));
  const files = (await readdir(home)).filter((file) => licenceFile.test(file)).toSorted();
  const paths = files.map((file) => join(home, file));
  const usual = usualTexts[licence ?? ""];
  if (paths.length === 0 && usual !== undefined) paths.push(join(root, usual));
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8")));
  return { name, version, locked, licence, text: texts.join("\n") || undefined };
}
