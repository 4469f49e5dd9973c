/** Questions to an API server about whoever asks: who they are, and what they may. */
import * as z from "zod";
import { ClusterError } from "../../errors.ts";
import type { AccessQuestion } from "../../rights/access.ts";
import { type Ask, askFor, isNotThere } from "./ask.ts";
import { json, jsonBody, type ObjectRequest } from "./requests.ts";

const accessAnswer = z.object({
  kind: z.literal("SelfSubjectAccessReview"),
  status: z.object({ allowed: z.boolean() }),
});

/** @throws ClusterError */
export async function canI(ask: Ask, question: AccessQuestion): Promise<boolean> {
  const { verb, group, resource, subresource, namespace, name } = question;
  const asked = `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`;
  const request = review("authorization.k8s.io", "SelfSubjectAccessReview", {
    what: `ask for the right to ${asked}`,
    spec: { resourceAttributes: { verb, group, resource, subresource, namespace, name } },
  });
  const { status } = await askFor(ask, request, accessAnswer);
  return status.allowed;
}

/** Whoever signs in may have chosen it, and it is shown to people. */
const printable = z.string().regex(/^\P{C}{1,1000}$/u);

const selfAnswer = z.object({
  kind: z.literal("SelfSubjectReview"),
  status: z.object({ userInfo: z.object({ username: printable }) }),
});

/** Undefined: a server before Kubernetes 1.28, or one that answers this question to few. @throws ClusterError */
export async function whoAmI(ask: Ask): Promise<string | undefined> {
  const request = review("authentication.k8s.io", "SelfSubjectReview", { what: "ask who I am" });
  try {
    return (await askFor(ask, request, selfAnswer)).status.userInfo.username;
  } catch (error) {
    if (isNotThere(error) || (error instanceof ClusterError && error.kind === "forbidden")) {
      return undefined;
    }
    throw error;
  }
}

/** Nothing is stored: such an object is a question, and its answer. */
function review(
  group: string,
  kind: string,
  { what, spec }: { readonly what: string; readonly spec?: object },
): ObjectRequest {
  return {
    what,
    method: "POST",
    path: `/apis/${group}/v1/${kind.toLowerCase()}s`,
    headers: { accept: json, "content-type": json },
    body: jsonBody({ apiVersion: `${group}/v1`, kind, spec }),
  };
}
