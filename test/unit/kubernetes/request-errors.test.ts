import { expect, test } from "vitest";
import { ClusterError } from "../../../src/errors.ts";
import { serverPlace } from "../../../src/kubernetes/transport/dial.ts";
import { exchangeError } from "../../../src/kubernetes/transport/request-errors.ts";
import type { WireRequest } from "../../../src/kubernetes/transport/request-exchange.ts";
import { TransientError } from "../../../src/kubernetes/transport/retry.ts";
import { accessTo } from "./api-server.ts";

const wire: WireRequest = {
  what: "list secrets */ecr-pull",
  method: "GET",
  path: "/",
  headers: {},
  body: undefined,
  headersTimeoutMs: 30_000,
  bodyTimeoutMs: 10_000,
  maxBytes: 1,
};
const place = serverPlace(accessTo({ url: new URL("https://example.com") }), undefined);
const understood = (error: unknown) => exchangeError(error, { wire, place });
const coded = (code: string) => Object.assign(new Error(`hunter2 ${code}`), { code });

test.each([
  ["UND_ERR_HEADERS_TIMEOUT", "timeout", "list secrets */ecr-pull: no answer within 30 s"],
  ["UND_ERR_BODY_TIMEOUT", "timeout", "list secrets */ecr-pull: the answer stopped for 10 s"],
  ["UND_ERR_HEADERS_OVERFLOW", "malformed", "list secrets */ecr-pull: the answer isn't HTTP"],
  ["UND_ERR_INVALID_ARG", "invalid", "list secrets */ecr-pull: the request can't be sent as HTTP"],
])("%s is final, of kind %s", (code, kind, message) => {
  expect(understood(coded(code))).toMatchObject({ name: "ClusterError", kind, message });
});

test.each([
  [
    "ECONNRESET",
    "unreachable",
    "the connection to the API server at example.com:443 was lost (ECONNRESET)",
  ],
  ["UND_ERR_SOCKET", "unreachable", "was lost (UND_ERR_SOCKET)"],
  ["ERR_HTTP2_STREAM_ERROR", "unreachable", "was lost (ERR_HTTP2_STREAM_ERROR)"],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "malformed", "the answer was cut off"],
])("%s may be gone at the next attempt, else it is of kind %s", (code, kind, message) => {
  const error = understood(coded(code));

  expect(error).toBeInstanceOf(TransientError);
  expect(error).toMatchObject({ error: { name: "ClusterError", kind } });
  expect(String(error)).toContain(message);
  expect(String(error)).not.toContain("hunter2");
});

test.each([
  new TypeError("x is not a function"),
  new RangeError("too deep"),
  new ClusterError("aborted", "stopped"),
  new TransientError(new ClusterError("server", "down")),
])("is left as it is: %s", (error) => {
  expect(understood(error)).toBe(error);
});
