/** What is refused whoever writes it, and how. */
import { describe, expect, test } from "vitest";
import {
  apply,
  base64,
  type ContractContext,
  dockerConfigType,
  expectFailure,
  expectStatus,
  force,
  merge,
  oneMetadata,
  type SecretFields,
  secretBody,
  secretPath,
} from "./context.ts";

const mebibyte = 1024 * 1024;

export function validationContract(context: ContractContext): void {
  describe("validation", () => {
    test.each<[what: string, fields: SecretFields, field: string, message: RegExp]>([
      [
        "a docker config without its key",
        { type: dockerConfigType, data: { x: "eA==" } },
        "data[.dockerconfigjson]",
        /^Required value$/,
      ],
      [
        "a docker config that isn't JSON",
        { type: dockerConfigType, data: { ".dockerconfigjson": base64("{") } },
        "data[.dockerconfigjson]",
        /^Invalid value: "<secret contents redacted>": unexpected end of JSON input$/,
      ],
      [
        "an empty docker config",
        { type: dockerConfigType, data: { ".dockerconfigjson": "" } },
        "data[.dockerconfigjson]",
        /^Invalid value: "<secret contents redacted>": unexpected end of JSON input$/,
      ],
      [
        "a docker config that is a list",
        { type: dockerConfigType, data: { ".dockerconfigjson": base64("[]") } },
        "data[.dockerconfigjson]",
        /cannot unmarshal array into Go value/,
      ],
      [
        "a service account token without its account",
        { type: "kubernetes.io/service-account-token" },
        "metadata.annotations[kubernetes.io/service-account.name]",
        /^Required value$/,
      ],
      ["a bad key", { data: { "a/b": "eA==" } }, "data[a/b]", /a valid config key must consist of/],
      [
        "a bad label",
        { metadata: { labels: { "a b": "x" } } },
        "metadata.labels",
        /^Invalid value: "a b": name part must consist of/,
      ],
      [
        "a bad label value",
        { metadata: { labels: { a: "x!" } } },
        "metadata.labels",
        /^Invalid value: "x!": a valid label must be an empty string or consist of/,
      ],
      [
        "a label value that is too long",
        { metadata: { labels: { a: "x".repeat(64) } } },
        "metadata.labels",
        /must be no more than 63 (bytes|characters)/,
      ],
      [
        "a bad annotation",
        { metadata: { annotations: { "a b": "x" } } },
        "metadata.annotations",
        /^Invalid value: "a b": name part must consist of/,
      ],
      [
        "annotations that are too long",
        { metadata: { annotations: { a: "x".repeat(256 * 1024) } } },
        "metadata.annotations",
        /^Too long: may not be more than 262144 bytes$/,
      ],
      [
        "data that is too long",
        { data: { a: base64("x".repeat(mebibyte + 1)) } },
        "data",
        /^Too long: may not be more than 1048576 bytes$/,
      ],
    ])("refuses %s", async (_what, fields, field, message) => {
      const place = { namespace: await context.namespace(), name: "s" };
      const answer = await apply(context.admin, place, fields);
      expectFailure(answer, 422, "Invalid", `Secret "s" is invalid: `);
      expect(answer.at("details")).toMatchObject({ name: "s", kind: "Secret" });
      expect(answer.at("details", "causes", 0, "field")).toBe(field);
      expect(answer.at("details", "causes", 0, "message")).toMatch(message);
      expectStatus(await context.admin.send("GET", secretPath(place.namespace, "s")), 404);
    });

    test("takes a secret of just 1 MiB", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const fields = { data: { a: base64("x".repeat(mebibyte)) } };
      expectStatus(await apply(context.admin, place, fields, { accept: oneMetadata }), 201);
    });

    test("takes types that it doesn't know, and upper case in annotations", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const metadata = { annotations: { "example.com/Some_Note.x": "anything: {}" } };
      expectStatus(await apply(context.admin, place, { type: "example.com/x", metadata }), 201);
    });

    test("refuses a name that isn't a DNS name", async () => {
      const place = { namespace: await context.namespace(), name: "Bad_Name" };
      expectFailure(
        await apply(context.admin, place),
        422,
        "Invalid",
        /^Secret "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain/,
      );
    });

    test("says all that is wrong at once", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const answer = await apply(context.admin, place, { type: "kubernetes.io/basic-auth" });
      expect(answer.at("message")).toBe(
        'Secret "s" is invalid: [data[username]: Required value, data[password]: Required value]',
      );
    });

    test("never changes a type", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      await apply(context.admin, place, {
        type: dockerConfigType,
        data: { ".dockerconfigjson": base64("{}") },
      });
      const answer = await apply(context.admin, place, { type: "Opaque" }, force);
      expectFailure(answer, 422, "Invalid", 'type: Invalid value: "Opaque": field is immutable');
      expect(answer.at("details", "causes", 0)).toEqual({
        reason: "FieldValueInvalid",
        message: 'Invalid value: "Opaque": field is immutable',
        field: "type",
      });
    });

    test("never changes the data of an immutable secret, but its metadata", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const path = secretPath(place.namespace, "s");
      await apply(context.admin, place, { immutable: true, data: { a: "eA==" } });
      const answer = await merge(context.admin, path, { data: { a: "eQ==" } });
      expectFailure(
        answer,
        422,
        "Invalid",
        "data: Forbidden: field is immutable when `immutable` is set",
      );
      expect(answer.at("details", "causes", 0, "reason")).toBe("FieldValueForbidden");
      expectFailure(
        await merge(context.admin, path, { immutable: null }),
        422,
        "Invalid",
        "immutable: Forbidden: field is immutable when `immutable` is set",
      );
      const labelled = { metadata: { labels: { l: "1" } } };
      expectStatus(await merge(context.admin, path, labelled), 200);
    });

    test("refuses a request of over 3 MiB", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const body = JSON.stringify(
        secretBody("s", { data: { a: base64("x".repeat(3 * mebibyte)) } }),
      );
      expectFailure(
        await apply(context.admin, place, {}, { body }),
        413,
        "RequestEntityTooLarge",
        "^Request entity too large: limit is 3145728$",
      );
    });
  });
}
