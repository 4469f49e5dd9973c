/** What a pull secret opens, read as leniently as the kubelet reads it: in either format, any key. */
import { z } from "zod";
import type { KubernetesObject } from "./admin-api.ts";

const entry = z.looseObject({
  username: z.string().optional(),
  password: z.string().optional(),
  auth: z.base64().optional(),
});
const entries = z.record(z.string(), entry);

/** Passwords by registry host. @throws if it can't be parsed. */
export function passwordsIn({ type, data = {} }: KubernetesObject): ReadonlyMap<string, string> {
  const text = (key: string) => Buffer.from(data[key] ?? "", "base64").toString();
  switch (type) {
    case "kubernetes.io/dockerconfigjson": {
      const { auths } = z.object({ auths: entries }).parse(JSON.parse(text(".dockerconfigjson")));
      return byHost(auths);
    }
    case "kubernetes.io/dockercfg":
      return byHost(entries.parse(JSON.parse(text(".dockercfg"))));
    case "Opaque":
      return new Map([[text("proxyUsername"), text("proxyPassword")]]);
    default:
      throw new Error(`a pull secret of type ${type}`);
  }
}

/** `auth` counts before `password`, as in the kubelet; scheme and path of a key don't. */
function byHost(given: z.output<typeof entries>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(given).map(([key, { auth, password = "" }]) => {
      const host = key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
      const login = auth === undefined ? `:${password}` : Buffer.from(auth, "base64").toString();
      return [host, login.slice(login.indexOf(":") + 1)];
    }),
  );
}
