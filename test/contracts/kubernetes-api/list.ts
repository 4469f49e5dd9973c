/** LIST: selectors, metadata only, pages, revisions, compression. */
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { HttpAnswer } from "../http-client.ts";
import {
  apply,
  base64,
  type ContractContext,
  expectFailure,
  expectStatus,
  listMetadata,
  merge,
  oneMetadata,
  secretPath,
} from "./context.ts";

const byName = (name: string) => `fieldSelector=metadata.name%3D${name}`;

export function listContract(context: ContractContext): void {
  describe("LIST", () => {
    test("finds one name across all namespaces, in their order", async () => {
      const name = context.unique("s");
      const places = await inNamespaces(context, name, 3);
      const answer = await context.admin.send("GET", `/api/v1/secrets?${byName(name)}`);
      expectStatus(answer, 200);
      expect(answer.at("kind")).toBe("SecretList");
      expect(answer.at("apiVersion")).toBe("v1");
      expect(answer.at("metadata", "resourceVersion")).toMatch(/^\d+$/);
      expect(namesOf(answer)).toEqual(places.toSorted());
      // The items of a list don't repeat what they are.
      expect(answer.at("items", 0, "kind")).toBeUndefined();
      expect(answer.at("items", 0, "data", "a")).toBe("eA==");
    });

    test("shows metadata only, with its owners and without data", async () => {
      const name = context.unique("s");
      const [namespace = ""] = await inNamespaces(context, name, 1);
      const answer = await context.admin.send("GET", `/api/v1/secrets?${byName(name)}`, {
        accept: listMetadata,
      });
      expect(answer.json).toEqual({
        kind: "PartialObjectMetadataList",
        apiVersion: "meta.k8s.io/v1",
        metadata: { resourceVersion: expect.any(String) },
        items: [
          {
            kind: "PartialObjectMetadata",
            apiVersion: "meta.k8s.io/v1",
            metadata: {
              name,
              namespace: namespace.split("/")[0],
              uid: expect.any(String),
              resourceVersion: expect.any(String),
              creationTimestamp: expect.any(String),
              managedFields: [
                {
                  manager: "applier",
                  operation: "Apply",
                  apiVersion: "v1",
                  time: expect.any(String),
                  fieldsType: "FieldsV1",
                  fieldsV1: { "f:data": { "f:a": {} } },
                },
              ],
            },
          },
        ],
      });
    });

    test("is empty where nothing matches, also in a namespace that isn't there", async () => {
      const name = context.unique("none");
      const whole = await context.admin.send("GET", `/api/v1/secrets?${byName(name)}`);
      expect(whole.at("items")).toEqual([]);
      const absent = await context.admin.send("GET", `/api/v1/namespaces/${name}/secrets`);
      expectStatus(absent, 200);
      expect(absent.at("items")).toEqual([]);
    });

    test("of metadata says null where nothing matches", async () => {
      const answer = await context.admin.send(
        "GET",
        `/api/v1/secrets?${byName(context.unique("none"))}&resourceVersion=0`,
        { accept: listMetadata },
      );
      expect(answer.at("items")).toBeNull();
    });

    test("stays in its namespace", async () => {
      const name = context.unique("s");
      const [first = ""] = await inNamespaces(context, name, 2);
      const [namespace] = first.split("/");
      const answer = await context.admin.send(
        "GET",
        `/api/v1/namespaces/${namespace}/secrets?${byName(name)}`,
      );
      expect(namesOf(answer)).toEqual([first]);
      const selected = await context.admin.send(
        "GET",
        `/api/v1/secrets?fieldSelector=metadata.namespace%3D${namespace},metadata.name%3D%3D${name}`,
      );
      expect(namesOf(selected)).toEqual([first]);
    });

    test("selects by type and by what a name isn't", async () => {
      const namespace = await context.namespace();
      await apply(context.admin, { namespace, name: "a" }, { type: "example.com/x" });
      await apply(context.admin, { namespace, name: "b" }, { type: "example.com/x" });
      await apply(context.admin, { namespace, name: "c" });
      const answer = await context.admin.send(
        "GET",
        `/api/v1/namespaces/${namespace}/secrets?fieldSelector=type%3Dexample.com/x,metadata.name!%3Da`,
      );
      expect(namesOf(answer)).toEqual([`${namespace}/b`]);
    });

    test.each<[path: string, message: RegExp]>([
      ["secrets?fieldSelector=metadata.uid%3Dx", /^field label not supported: metadata\.uid$/],
      [
        "serviceaccounts?fieldSelector=type%3Dx",
        /^"type" is not a known field selector: only "metadata\.name", "metadata\.namespace"$/,
      ],
      ["secrets?fieldSelector=bad", /^invalid selector: 'bad'; can't understand 'bad'$/],
      [
        "namespaces?labelSelector=%3D%3D",
        /found '==', expected: !, identifier, or 'end of string'/,
      ],
      ["namespaces?limit=abc", /parsing "abc": invalid syntax/],
      ["namespaces?continue=abc", /^invalid continue token: /],
      ["namespaces?resourceVersion=abc", /^invalid resource version: /],
    ])("refuses %s", async (path, message) => {
      expectFailure(await context.admin.send("GET", `/api/v1/${path}`), 400, "BadRequest", message);
    });

    test("refuses shapes that don't fit and types that it doesn't have", async () => {
      const namespace = await context.namespace();
      await apply(context.admin, { namespace, name: "s" });
      const many = `/api/v1/namespaces/${namespace}/secrets`;
      expectFailure(
        await context.admin.send("GET", many, { accept: oneMetadata }),
        406,
        "NotAcceptable",
        "you requested PartialObjectMetadata, but the requested object is a list",
      );
      expectFailure(
        await context.admin.send("GET", `${many}/s`, { accept: listMetadata }),
        406,
        "NotAcceptable",
        "but the requested object is not a list",
      );
      expectFailure(
        await context.admin.send("GET", many, { accept: "text/html" }),
        406,
        "NotAcceptable",
        "^406: Not Acceptable",
      );
      const either = `${oneMetadata.replace("v=v1", "v=v9")}, application/json`;
      const fallback = await context.admin.send("GET", `${many}/s`, { accept: either });
      expect(fallback.at("kind")).toBe("Secret");
    });
  });

  describe("pages", () => {
    test("hold at most the limit, and together everything once", async () => {
      const namespace = await context.namespace();
      const path = `/api/v1/namespaces/${namespace}/secrets`;
      for (const name of ["a", "b", "c", "d", "e"]) {
        await apply(context.admin, { namespace, name });
      }
      const first = await context.admin.send("GET", `${path}?limit=2`);
      expect(namesOf(first)).toEqual([`${namespace}/a`, `${namespace}/b`]);
      expect(first.at("metadata", "remainingItemCount")).toBe(3);
      const second = await context.admin.send("GET", `${path}?limit=2&${continued(first)}`);
      expect(namesOf(second)).toEqual([`${namespace}/c`, `${namespace}/d`]);
      const third = await context.admin.send("GET", `${path}?limit=2&${continued(second)}`);
      expect(namesOf(third)).toEqual([`${namespace}/e`]);
      expect(third.at("metadata", "continue")).toBeUndefined();
    });

    test("show one revision, whatever happens between them", async () => {
      const namespace = await context.namespace();
      const path = `/api/v1/namespaces/${namespace}/secrets`;
      for (const name of ["a", "b", "c"]) {
        await apply(context.admin, { namespace, name });
      }
      const first = await context.admin.send("GET", `${path}?limit=1`);
      await context.admin.send("DELETE", `${path}/b`);
      await merge(context.admin, `${path}/c`, { data: { new: "eA==" } });
      await apply(context.admin, { namespace, name: "d" });
      const rest = await context.admin.send("GET", `${path}?${continued(first)}`);
      expect(namesOf(rest)).toEqual([`${namespace}/b`, `${namespace}/c`]);
      expect(rest.at("items", 1, "data")).toBeUndefined();
      expect(rest.at("metadata", "resourceVersion")).toBe(first.at("metadata", "resourceVersion"));
    });

    test("work with selectors too", async () => {
      const namespace = await context.namespace();
      const path = `/api/v1/namespaces/${namespace}/secrets?fieldSelector=type%3Dexample.com/x`;
      for (const [index, name] of ["a", "b", "c", "d"].entries()) {
        const type = index % 2 === 0 ? "example.com/x" : "Opaque";
        await apply(context.admin, { namespace, name }, { type });
      }
      const first = await context.admin.send("GET", `${path}&limit=1`);
      expect(namesOf(first)).toEqual([`${namespace}/a`]);
      expect(first.at("metadata", "remainingItemCount")).toBeUndefined();
      const second = await context.admin.send("GET", `${path}&limit=1&${continued(first)}`);
      expect(namesOf(second)).toEqual([`${namespace}/c`]);
    });

    test("aren't made from the cache: resourceVersion=0 ignores the limit", async () => {
      const namespace = await context.namespace();
      const path = `/api/v1/namespaces/${namespace}/secrets`;
      await apply(context.admin, { namespace, name: "a" });
      await apply(context.admin, { namespace, name: "b" });
      await eventually(async () => {
        const answer = await context.admin.send("GET", `${path}?limit=1&resourceVersion=0`);
        expect(namesOf(answer)).toEqual([`${namespace}/a`, `${namespace}/b`]);
        expect(answer.at("metadata", "continue")).toBeUndefined();
      });
    });

    test("go on at no other revision than their own", async () => {
      const namespace = await context.namespace();
      const path = `/api/v1/namespaces/${namespace}/secrets`;
      await apply(context.admin, { namespace, name: "a" });
      await apply(context.admin, { namespace, name: "b" });
      const first = await context.admin.send("GET", `${path}?limit=1`);
      expectFailure(
        await context.admin.send("GET", `${path}?resourceVersion=5&${continued(first)}`),
        400,
        "BadRequest",
        "^specifying resource version is not allowed when using continue$",
      );
    });

    test("of the future are refused", async () => {
      const answer = await context.admin.send("GET", "/api/v1/namespaces?resourceVersion=99999999");
      expectFailure(
        answer,
        504,
        "Timeout",
        "^Timeout: Too large resource version: 99999999, current",
      );
    }, 30_000);
  });

  describe("gzip", () => {
    test("compresses answers of over 128 KiB for those who accept it", async () => {
      const namespace = await context.namespace();
      const data = { a: base64("x".repeat(100 * 1024)) };
      await apply(context.admin, { namespace, name: "a" }, { data });
      const path = `/api/v1/namespaces/${namespace}/secrets`;
      const headers = { "accept-encoding": "gzip" };
      const long = await context.admin.send("GET", path, { headers });
      expect(long.headers["content-encoding"]).toBe("gzip");
      expect(long.bytes.length).toBeLessThan(16 * 1024);
      const list: unknown = JSON.parse(gunzipSync(long.bytes).toString());
      expect(list).toMatchObject({ kind: "SecretList", items: [{ data }] });
      const plain = await context.admin.send("GET", path);
      expect(plain.headers["content-encoding"]).toBeUndefined();
      expect(plain.json).toEqual(list);
      const short = await context.admin.send("GET", `/api/v1/namespaces/${namespace}`, { headers });
      expect(short.headers["content-encoding"]).toBeUndefined();
      expect(short.at("kind")).toBe("Namespace");
    });
  });
}

async function inNamespaces(
  context: ContractContext,
  name: string,
  count: number,
): Promise<string[]> {
  const namespaces = await Promise.all(Array.from({ length: count }, () => context.namespace()));
  for (const namespace of namespaces) {
    expectStatus(await apply(context.admin, { namespace, name }, { data: { a: "eA==" } }), 201);
    expectStatus(await context.admin.send("GET", secretPath(namespace, name)), 200);
  }
  return namespaces.map((namespace) => `${namespace}/${name}`);
}

function namesOf(answer: HttpAnswer): string[] {
  const items = answer.at("items");
  return Array.isArray(items)
    ? items.map(({ metadata }) => [metadata.namespace, metadata.name].filter(Boolean).join("/"))
    : [];
}

function continued(answer: HttpAnswer): string {
  return `continue=${String(answer.at("metadata", "continue"))}`;
}

// The cache of a real server may lag a moment behind a write.
async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 5000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
