/** The name of an image, as a pod spec writes it. Pure. */
import { quote } from "../config/quote.ts";
import { UsageError } from "../errors.ts";

export interface ImageReference {
  /** The registry's host, with its port if it has one: `docker.io` where the name has none. */
  readonly host: string;
  /** `library/nginx` for `nginx`. */
  readonly repository: string;
  /** Undefined where a digest stands alone. */
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const hubHost = "docker.io";
/**
 * Its old name, under which nodes still find it. Of `registry-1.docker.io`, where it answers, they
 * don't know that it is the same.
 * https://github.com/distribution/reference/blob/main/normalize.go (legacyDefaultDomain)
 */
const oldHubHost = "index.docker.io";
const defaultTag = "latest";

/** https://github.com/distribution/reference: longer names are refused by every registry. */
const maxNameLength = 255;
/** Longer ones aren't looked at: name, tag and the longest digest fit. */
const maxLength = 600;

const hostPattern = /^(?=.{1,260}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/;
const partPattern = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** @throws UsageError that says which part is wrong, and what was expected there */
export function parseImage(text: string): ImageReference {
  if (text.length > maxLength) {
    throw refused(text, `it has more than ${maxLength} characters`);
  }
  if (text.includes("://")) {
    throw refused(text, "an image's name begins with the host: no https:// before it");
  }
  const [named, digest] = splitAtFirst(text, "@");
  const [name, tag] = splitTag(named);
  const { host, repository } = splitHost(name);
  requireHost(text, host);
  requireRepository(text, repository);
  if (tag !== undefined && !tagPattern.test(tag)) {
    throw refused(text, "its tag isn't 1 to 128 letters, digits, “_”, “.” and “-”");
  }
  if (digest !== undefined && !digestPattern.test(digest)) {
    throw refused(text, "behind “@” has to stand sha256: and 64 hexadecimal digits");
  }
  return { host, repository, tag: tag ?? (digest ? undefined : defaultTag), digest };
}

/** What stands behind `/manifests/`: the digest decides where both are given. */
export function manifestOf({ tag, digest }: ImageReference): string {
  return digest ?? tag ?? defaultTag;
}

/** In full: with the host and the tag that a short name leaves out. */
export function formatImage({ host, repository, tag, digest }: ImageReference): string {
  const tagged = tag === undefined ? "" : `:${tag}`;
  return `${host}/${repository}${tagged}${digest === undefined ? "" : `@${digest}`}`;
}

function splitAtFirst(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** A colon before the last slash belongs to the host's port. */
function splitTag(named: string): [string, string | undefined] {
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  return colon === -1 ? [named, undefined] : [named.slice(0, colon), named.slice(colon + 1)];
}

/** The first part is a host if it couldn't be anything else: `team/app` is Docker Hub's. */
function splitHost(name: string): Pick<ImageReference, "host" | "repository"> {
  const [first, rest] = splitAtFirst(name, "/");
  if (rest === undefined) {
    return { host: hubHost, repository: `library/${first}` };
  }
  if (!/[.:A-Z]/.test(first) && first !== "localhost") {
    return { host: hubHost, repository: name };
  }
  const given = first.toLowerCase();
  const host = given === oldHubHost ? hubHost : given;
  return { host, repository: host === hubHost && !rest.includes("/") ? `library/${rest}` : rest };
}

function requireHost(text: string, host: string): void {
  if (!hostPattern.test(host) || Number(host.split(":")[1] ?? 443) > 65_535) {
    throw refused(text, "its first part is no host's name, such as ghcr.io or registry.local:5000");
  }
}

function requireRepository(text: string, repository: string): void {
  if (repository.length > maxNameLength) {
    throw refused(text, `its repository has more than ${maxNameLength} characters`);
  }
  if (!repository.split("/").every((part) => partPattern.test(part))) {
    const expected = "small letters and digits, with single “.”, “_” or “-” between them";
    throw refused(text, `each part of its repository has to be ${expected}`);
  }
}

function refused(text: string, why: string): UsageError {
  return new UsageError(`expected the name of an image, found ${quote(text)}: ${why}`, {
    hint: "such as 111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app:1.4, or with @sha256:… for a digest",
  });
}
