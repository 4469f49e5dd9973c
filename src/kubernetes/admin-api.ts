/** One credential's view of a cluster besides the sweep's: its rights, its tokens, any object. */
import type { AdminApi } from "../registration/ports.ts";
import { askWith } from "./api/ask.ts";
import { makeAttempt } from "./api/attempts.ts";
import {
  amendObject,
  applyObject,
  deleteObject,
  getObject,
  listLiveObjects,
} from "./api/live-objects.ts";
import { canI, whoAmI } from "./api/reviews.ts";
import { readServerTime, readVersion, serves } from "./api/server-facts.ts";
import { requestToken } from "./api/token-request.ts";
import type { ClusterApiLimits } from "./cluster-api.ts";
import type { SendRequest } from "./transport/request.ts";

export interface AdminApiOptions extends ClusterApiLimits {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** What a diagnosis asks, and whoever proves rights: none of it writes. */
export type ServerAnswers = Pick<
  AdminApi,
  "canI" | "attempt" | "version" | "serverTime" | "whoAmI"
>;

export type TokenRequests = Pick<AdminApi, "createToken">;

export function createAdminApi(send: SendRequest, options: AdminApiOptions): AdminApi {
  const ask = askWith(send, options);
  return {
    canI: (question) => canI(ask, question),
    attempt: (attempt) => makeAttempt(ask, attempt),
    version: () => readVersion(ask),
    serverTime: () => readServerTime(ask),
    whoAmI: () => whoAmI(ask),
    serves: (apiVersion, resource) => serves(ask, apiVersion, resource),
    get: (ref) => getObject(ask, ref),
    apply: (object) => applyObject(ask, object),
    amend: (ref, patch) => amendObject(ask, ref, patch),
    list: (query) => listLiveObjects(send, query, options),
    delete: (ref, uid) => deleteObject(ask, ref, uid),
    createToken: (account, seconds) =>
      requestToken(ask, account, { seconds, askedAt: new Date(options.now()) }),
  };
}
