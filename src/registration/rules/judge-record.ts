/** What to do about a cluster's record: make it, give it a new credential, keep it, or refuse. Pure. */
import { KubeconfigError } from "../../errors.ts";
import type { AccessKind } from "../access/access-kind.ts";
import type { StoredAccess } from "../access/stored-kubeconfigs.ts";
import type { InspectedRecord, RecordContent } from "../inspection.ts";
import type { Problem } from "../problems.ts";

export type RecordAction =
  | { readonly action: "create" }
  | {
      readonly action: "replace";
      readonly record: InspectedRecord;
      /** Why, if nobody asked for it: the credential that is stored opens nothing. */
      readonly dead: string | undefined;
    }
  | {
      readonly action: "keep";
      readonly record: InspectedRecord;
      readonly content: RecordContent;
    };

export interface RecordWish {
  readonly cluster: string;
  /** Where the API server is to be found from now on. */
  readonly server: string;
  readonly access: AccessKind;
  readonly replace: boolean;
  readonly renew: boolean;
}

export function judgeRecord(
  record: InspectedRecord | undefined,
  wish: RecordWish,
): RecordAction | Problem {
  if (record === undefined) {
    return wish.renew ? notRegistered(wish) : { action: "create" };
  }
  if (wish.replace) {
    return { action: "replace", record, dead: undefined };
  }
  const { content } = record;
  if (content instanceof KubeconfigError) {
    return unusable(wish, content);
  }
  const obstacle = otherServer(content, wish) ?? otherKind(content, wish);
  if (obstacle !== undefined) {
    return obstacle;
  }
  // One that opens nothing isn't lost by replacing it: nobody has to ask for that.
  return wish.renew || record.dead !== undefined
    ? { action: "replace", record, dead: record.dead }
    : { action: "keep", record, content };
}

function notRegistered({ cluster }: RecordWish): Problem {
  return {
    message: `no cluster ${cluster} is registered, so there is no credential to renew`,
    hint: "leave --renew out to register it",
  };
}

function unusable({ cluster }: RecordWish, { message }: KubeconfigError): Problem {
  return {
    message: `${cluster} is registered already, with a record that can't be used: ${message}`,
    hint: "add --replace to give it a new credential",
  };
}

function otherServer({ server }: StoredAccess, wish: RecordWish): Problem | undefined {
  return server === wish.server
    ? undefined
    : {
        message: `${wish.cluster} is registered already, at ${server} and not at ${wish.server}`,
        hint: `choose another name if that is another cluster; if it is the same one, add --server ${server}, or --replace to store the new address`,
      };
}

function otherKind({ credential }: StoredAccess, wish: RecordWish): Problem | undefined {
  const found = wish.access.misfit(credential);
  return found === undefined
    ? undefined
    : {
        message: `${wish.cluster} is registered already, with ${found}`,
        hint: `add --replace to store ${wish.access.credential} instead`,
      };
}
