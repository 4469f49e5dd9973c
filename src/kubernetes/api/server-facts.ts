/** What an API server says of itself. */
import * as z from "zod";
import type { ServerVersion } from "../../registration/ports.ts";
import { parseAs } from "./answer-shape.ts";
import { type Ask, askFor, isNotThere } from "./ask.ts";
import { json, type ObjectRequest } from "./requests.ts";
import { groupPath } from "./resources.ts";

/** `v1.36.3`, `v1.30.4-eks-a18cd3a`, `v1.29.1+k3s2`; `major` and `minor` beside it say `30+`. */
const versionPattern = /^v(\d{1,4})\.(\d{1,4})[\w.+-]{0,100}$/;

const versionSchema = z
  .object({ gitVersion: z.string().regex(versionPattern) })
  .transform(({ gitVersion }): ServerVersion => {
    const [, major, minor] = versionPattern.exec(gitVersion) ?? [];
    return { gitVersion, major: Number(major), minor: Number(minor) };
  });

/** @throws ClusterError */
export async function readVersion(ask: Ask): Promise<ServerVersion> {
  const request = get("read the API server's version", "/version");
  const { body } = await ask(request, "document");
  return parseAs(versionSchema, body, request);
}

/** To the second: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 */
const datePattern = /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** @throws ClusterError */
export async function readServerTime(ask: Ask): Promise<Date | undefined> {
  const { date } = await ask(get("read the API server's clock", "/version"), "document");
  const time = date !== undefined && datePattern.test(date) ? new Date(date) : undefined;
  return time && !Number.isNaN(time.getTime()) ? time : undefined;
}

const resourceList = z.object({
  kind: z.literal("APIResourceList"),
  resources: z.array(z.object({ name: z.string() })).nullish(),
});

/** @throws ClusterError */
export async function serves(ask: Ask, apiVersion: string, resource: string): Promise<boolean> {
  const request = get(`ask what the API server serves of ${apiVersion}`, groupPath(apiVersion));
  try {
    const { resources } = await askFor(ask, request, resourceList);
    return (resources ?? []).some(({ name }) => name === resource);
  } catch (error) {
    if (isNotThere(error)) {
      return false;
    }
    throw error;
  }
}

function get(what: string, path: string): ObjectRequest {
  return { what, method: "GET", path, headers: { accept: json }, body: undefined };
}
