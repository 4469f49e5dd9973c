/** Who asks: client certificates, static tokens, and service account tokens. */
import { randomUUID } from "node:crypto";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import type { User } from "./rules.ts";
import { unauthorized } from "./status.ts";

export interface StaticUser extends User {
  readonly token: string;
}

/** Resolves a service account's token; undefined: not one, expired, or revoked. */
export type TokenReview = (token: string) => User | undefined;

export interface Authenticator {
  add(user: User, token?: string): StaticUser;
  find(name: string): StaticUser | undefined;
  /** @throws ApiError 401 */
  authenticate(authorization: string | undefined, socket: TLSSocket | undefined): User;
}

const anonymous: User = { name: "system:anonymous", groups: ["system:unauthenticated"] };

export function createAuthenticator(review: TokenReview): Authenticator {
  const users = new Map<string, StaticUser>();

  function byToken(token: string): User | undefined {
    return [...users.values()].find((user) => user.token === token) ?? review(token);
  }

  return {
    add: (user, token = randomUUID()) => {
      const groups = [...user.groups, "system:authenticated"];
      const added = { name: user.name, groups, token };
      users.set(user.name, added);
      return added;
    },
    find: (name) => users.get(name),
    authenticate: (authorization, socket) => {
      const certificate = presentedCertificate(socket);
      if (certificate !== undefined && socket?.authorized) {
        return certificateUser(certificate);
      }
      const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
      const user = token === undefined ? undefined : byToken(token);
      if (user !== undefined) {
        return user;
      }
      if (token === undefined && certificate === undefined) {
        return anonymous;
      }
      throw unauthorized();
    },
  };
}

function presentedCertificate(socket: TLSSocket | undefined): DetailedPeerCertificate | undefined {
  const certificate = socket?.getPeerCertificate(true);
  return certificate === undefined || Object.keys(certificate).length === 0
    ? undefined
    : certificate;
}

function certificateUser(certificate: DetailedPeerCertificate): User {
  const subject: Record<string, string | readonly string[] | undefined> = {
    ...certificate.subject,
  };
  const name = [subject["CN"] ?? ""].flat()[0] ?? "";
  return { name, groups: [...[subject["O"] ?? []].flat(), "system:authenticated"] };
}
