import { isDeepStrictEqual } from "node:util";
import { isScalar } from "yaml";
import { parseBearerToken } from "./bearer-token.ts";
import { chooseContext, namedEntries } from "./context.ts";
import { parseKubeconfigDocument, storedLimits } from "./document.ts";
import { type Place, refusal, within } from "./refusal.ts";

/**
 * A stored kubeconfig with another token of its current context's user. Every other byte stays: it
 * may be somebody's file, with comments and more users in it.
 * @throws KubeconfigError
 */
export function replaceToken(text: string, token: string, place: Place): string {
  const { document, data } = parseKubeconfigDocument(text, place, storedLimits);
  const kubeconfig = namedEntries(data, place);
  const { user } = chooseContext(kubeconfig, undefined, place);
  const path = ["users", kubeconfig.users.indexOf(user), "user", "token"];
  const node = document.getIn(path, true);
  if (!isScalar(node) || !node.range) {
    throw refusal(user.place, "holds no token", "Only a token can be replaced by another one.");
  }
  const next = parseBearerToken(token, within(user.place, "token"), anyTime).token.reveal();
  const [start, end] = node.range;
  const replaced = `${text.slice(0, start)}${quoted(next, text.slice(start, end))}${text.slice(end)}`;
  document.setIn(path, next);
  if (!isDeepStrictEqual(dataOf(replaced, place), document.toJS())) {
    const hint = "Store it as `kubectl config view --raw --flatten --minify` prints it.";
    throw refusal(user.place, "holds its token in a form that can't be replaced", hint);
  }
  return replaced;
}

/** Whether it has expired is for the one who granted it to say. */
const anyTime = new Date(0);

/** A string in YAML as in JSON. A block scalar reaches to the end of its last line. */
function quoted(token: string, former: string): string {
  return `${JSON.stringify(token)}${former.endsWith("\n") ? "\n" : ""}`;
}

function dataOf(text: string, place: Place): unknown {
  return parseKubeconfigDocument(text, place, storedLimits).data;
}
