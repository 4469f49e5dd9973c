/** What the server says it serves: groups, their versions, and the resources in them. */
import type { ApiAnswer } from "./api-call.ts";
import { groups, resourceLists } from "./discovery-table.ts";
import { Surprise, unknownPath } from "./status.ts";

/** What a server of another version may lack. */
export interface ServedVersion {
  /** `v1.36.3` */
  readonly gitVersion: string;
  /** Whether it has ValidatingAdmissionPolicy, as servers since 1.30 do. */
  readonly admissionPolicies: boolean;
}

export const plainNotFound: ApiAnswer = { status: 404, body: "404 page not found\n" };

/** `path` below `/apis`, or `/api`. */
export function discover(server: ServedVersion, path: string): ApiAnswer {
  const [root, group, version] = path.split("/").filter((segment) => segment !== "");
  if (root === "api") {
    return group === undefined ? coreVersions : listResources(server, group);
  }
  if (group === undefined) {
    const all = [...groups.keys()].map(describeGroup);
    return { status: 200, body: { kind: "APIGroupList", apiVersion: "v1", groups: all } };
  }
  if (!groups.has(group)) {
    return plainNotFound;
  }
  return version === undefined
    ? { status: 200, body: { kind: "APIGroup", apiVersion: "v1", ...describeGroup(group) } }
    : listResources(server, `${group}/${version}`);
}

const coreVersions: ApiAnswer = {
  status: 200,
  body: { kind: "APIVersions", versions: ["v1"] },
};

function describeGroup(name: string) {
  const versions = (groups.get(name) ?? []).map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return { name, versions, preferredVersion: versions[0] };
}

function listResources(server: ServedVersion, groupVersion: string): ApiAnswer {
  const resources = servedResources(server, groupVersion);
  return {
    status: 200,
    body: {
      kind: "APIResourceList",
      ...(groupVersion === "v1" ? {} : { apiVersion: "v1" }),
      groupVersion,
      resources,
    },
  };
}

function servedResources(server: ServedVersion, groupVersion: string) {
  const [group = "", version = ""] = groupVersion.split("/");
  const resources = resourceLists.get(groupVersion);
  if (resources === undefined) {
    throw groups.get(group)?.includes(version)
      ? new Surprise(`the resources of ${groupVersion}`)
      : unknownPath();
  }
  return server.admissionPolicies
    ? resources
    : resources.filter(({ name }) => !name.startsWith("validatingadmissionpolic"));
}

/** Undefined: whether a real server has it isn't known here. */
export function isServed(
  server: ServedVersion,
  {
    group,
    version,
    plural,
  }: { readonly group: string; readonly version: string; readonly plural: string },
): boolean | undefined {
  const groupVersion = group === "" ? version : `${group}/${version}`;
  if (resourceLists.get(groupVersion) === undefined) {
    return groups.get(group)?.includes(version) ? undefined : false;
  }
  return servedResources(server, groupVersion).some(({ name }) => name === plural);
}
