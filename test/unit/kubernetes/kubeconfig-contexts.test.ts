import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { contextsOf, listContexts } from "../../../src/kubernetes/kubeconfig-contexts.ts";
import { loadTrustedKubeconfig } from "../../../src/kubernetes/kubeconfig-trusted.ts";
import { canary, kubeconfigObject, now, refusalBy } from "./kubeconfig-fixtures.ts";

const folder = await mkdtemp(join(tmpdir(), "kubeconfig-contexts-"));
afterAll(() => rm(folder, { recursive: true }));

interface Entry {
  readonly name: string;
  readonly cluster?: unknown;
  readonly user?: unknown;
}

/** A kubeconfig in a file of its own, whose contexts, clusters and users bear the same names. */
async function file(entries: readonly Entry[], current?: string): Promise<string> {
  const path = join(folder, `${entries.map(({ name }) => name).join("-")}.json`);
  const kubeconfig = {
    ...kubeconfigObject(),
    "current-context": current,
    contexts: entries.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
    clusters: entries.map(({ name, cluster }) => ({ name, cluster })),
    users: entries.flatMap(({ name, user = {} }) => (user === null ? [] : [{ name, user }])),
  };
  await writeFile(path, JSON.stringify(kubeconfig));
  return path;
}

const at = (server: string) => ({ server });
const lookup = (...paths: string[]) => ({
  env: { KUBECONFIG: paths.join(delimiter) },
  home: folder,
});

describe("the contexts of a kubeconfig", () => {
  test("are listed with their servers, over all its files, and no plugin runs", async () => {
    const trap = { exec: { command: join(folder, "not-there"), args: [canary] } };
    const one = await file([{ name: "eu", cluster: at("https://eu.example:6443"), user: trap }]);
    const two = await file(
      [{ name: "kind", cluster: at("https://127.0.0.1:40000") }, { name: "eu" }],
      "kind",
    );
    expect(await listContexts(lookup(one, two))).toEqual([
      { name: "eu", isCurrent: false, server: new URL("https://eu.example:6443") },
      { name: "kind", isCurrent: true, server: new URL("https://127.0.0.1:40000") },
    ]);
  });

  test.each<[string, Entry]>([
    ["no server", { name: "a", cluster: {} }],
    ["no cluster", { name: "b" }],
    ["no user", { name: "c", cluster: at("https://c.example"), user: null }],
    ["a server that is no URL", { name: "d", cluster: at(canary) }],
    ["a server in clear", { name: "e", cluster: at("http://e.example") }],
    ["a cluster that is text", { name: "f", cluster: canary }],
  ])("are listed though one has %s", async (_, broken) => {
    const path = await file([broken, { name: "good", cluster: at("https://good.example") }]);
    expect(await listContexts(lookup(path))).toEqual([
      { name: broken.name, isCurrent: false, server: undefined },
      { name: "good", isCurrent: false, server: new URL("https://good.example") },
    ]);
  });

  test("can't be listed where there is no kubeconfig", async () => {
    const error = await refusalBy(() => listContexts({ env: {}, home: join(folder, "nowhere") }));
    expect(error.message).toMatch(/^no kubeconfig: there is nothing at /);
  });

  test("are found by the server that they lead to, the current one first", () => {
    const context = (name: string, server: string | undefined, isCurrent = false) => ({
      name,
      isCurrent,
      server: server === undefined ? undefined : new URL(server),
    });
    const contexts = [
      context("broken", undefined),
      context("viewer", "https://api.prod.example:6443"),
      context("other-port", "https://api.prod.example"),
      context("other-path", "https://api.prod.example:6443/k8s/clusters/c-1"),
      context("admin", "https://API.prod.example:6443/", true),
    ];
    const found = contextsOf(new URL("https://api.prod.example:6443"), contexts);
    expect(found.map(({ name }) => name)).toEqual(["admin", "viewer"]);
    expect(contextsOf(new URL("https://elsewhere.example"), contexts)).toEqual([]);
  });

  test("are named where none is current, with the option that chooses one", async () => {
    const path = await file([
      { name: "x", cluster: at("https://x.example") },
      { name: "y", cluster: at("https://y.example") },
    ]);
    const error = await refusalBy(() => loadTrustedKubeconfig({ ...lookup(path), now: () => now }));
    expect(error.message).toMatch(/has 2 contexts and no current-context: "x", "y"$/);
    expect(error.hint).toContain("--context <name>");
  });
});
