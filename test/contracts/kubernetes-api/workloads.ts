/** Workloads: found by name, and rolled by an annotation on their pods. */
import { describe, expect, test } from "vitest";
import type { HttpAnswer } from "../http-client.ts";
import {
  type ContractContext,
  expectFailure,
  expectStatus,
  merge,
  mergePatch,
  oneMetadata,
} from "./context.ts";

const count = "deprecated.daemonset.template.generation";
const labels = { app: "web" };
const spec = {
  selector: { matchLabels: labels },
  template: {
    metadata: { labels },
    spec: { containers: [{ name: "app", image: "example.com/app" }] },
  },
};

const kinds = [
  { kind: "Deployment", plural: "deployments", held: { paused: true } },
  { kind: "StatefulSet", plural: "statefulsets", held: { updateStrategy: { type: "OnDelete" } } },
  { kind: "DaemonSet", plural: "daemonsets", held: { updateStrategy: { type: "OnDelete" } } },
];

const ofPods = (annotations: object) => ({ spec: { template: { metadata: { annotations } } } });

export function workloadContract(context: ContractContext): void {
  describe.each(kinds)("a $kind", ({ kind, plural, held }) => {
    async function create(name: string, fields: object = {}): Promise<HttpAnswer> {
      const path = `/apis/apps/v1/namespaces/${await context.namespace()}/${plural}`;
      const body = { metadata: { name }, spec: { ...spec, ...fields } };
      const created = await context.admin.send("POST", path, { body });
      expectStatus(created, 201);
      return created;
    }

    const pathOf = (created: HttpAnswer) =>
      `/apis/apps/v1/namespaces/${created.at("metadata", "namespace")}/${plural}/${created.at("metadata", "name")}`;

    test.each(["", "&resourceVersion=0"])(
      "is listed by name across all namespaces, whole%s",
      async (cached) => {
        const name = context.unique("web");
        for (const fields of [{}, held]) await create(name, fields);
        const query = `fieldSelector=metadata.name%3D${name}${cached}`;
        const list = await context.admin.send("GET", `/apis/apps/v1/${plural}?${query}`);
        expect(list.at("kind")).toBe(`${kind}List`);
        const items = [0, 1].map((at) => list.at("items", at));
        expect(items).toContainEqual(
          expect.objectContaining({ spec: expect.objectContaining(held) }),
        );
        expect(items).toEqual(
          [0, 1].map(() =>
            expect.objectContaining({
              metadata: expect.objectContaining({ name, resourceVersion: expect.any(String) }),
            }),
          ),
        );
        expect(list.at("items", 2)).toBeUndefined();
      },
    );

    test("gets an annotation on its pods once, and answers with metadata alone", async () => {
      const created = await create("web");
      const metadata = { resourceVersion: created.at("metadata", "resourceVersion") };
      const roll = () =>
        context.admin.send("PATCH", pathOf(created), {
          contentType: mergePatch,
          accept: oneMetadata,
          body: { metadata, ...ofPods({ "example.com/started-for": "x" }) },
        });
      const rolled = await roll();
      expectStatus(rolled, 200);
      expect(rolled.at("kind")).toBe("PartialObjectMetadata");
      expect(rolled.at("metadata", "generation")).toBe(2);
      expect(rolled.at("spec")).toBeUndefined();

      const again = await roll();
      expectFailure(
        again,
        409,
        "Conflict",
        `^Operation cannot be fulfilled on ${plural}.apps "web": the object has been modified`,
      );
      expect(again.at("details")).toEqual({ name: "web", group: "apps", kind: plural });
    });

    test("isn't made by a merge patch", async () => {
      const path = pathOf(await create("web")).replace(/web$/, "absent");
      const answer = await merge(context.admin, path, ofPods({ "example.com/started-for": "x" }));
      expectFailure(answer, 404, "NotFound", `^${plural}.apps "absent" not found$`);
    });

    test("is there, and marked, while a finalizer holds it", async () => {
      const created = await create("web");
      await merge(context.admin, pathOf(created), {
        metadata: { finalizers: ["example.com/hold"] },
      });
      expectStatus(await context.admin.send("DELETE", pathOf(created)), 200);
      const ending = await context.admin.send("GET", pathOf(created));
      expect(ending.at("metadata", "deletionTimestamp")).toEqual(expect.any(String));
      expectStatus(
        await merge(context.admin, pathOf(created), { metadata: { finalizers: null } }),
        200,
      );
      expectStatus(await context.admin.send("GET", pathOf(created)), 404);
    });
  });

  test("the pod templates of a DaemonSet are counted on it, by the server alone", async () => {
    const path = `/apis/apps/v1/namespaces/${await context.namespace()}/daemonsets`;
    const body = { metadata: { name: "agent" }, spec };
    const answers = [
      await context.admin.send("POST", path, { body }),
      await merge(context.admin, `${path}/agent`, ofPods({ "example.com/started-for": "x" })),
      await merge(context.admin, `${path}/agent`, { metadata: { labels } }),
      await merge(context.admin, `${path}/agent`, { metadata: { annotations: { [count]: "9" } } }),
      await merge(context.admin, `${path}/agent`, { metadata: { annotations: null } }),
    ];
    expect(answers.map((answer) => answer.at("metadata", "annotations", count))).toEqual([
      "1",
      "2",
      "2",
      "2",
      "2",
    ]);
  });
}
