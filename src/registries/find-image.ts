/**
 * Asks a registry for an image's manifest as a node does before it pulls, with a login that a pull
 * secret holds. What an image is made of is never fetched.
 */
import type { SecretValue } from "../secret-value.ts";
import { authorize, secretsOf } from "./authorize.ts";
import type { Exchanges, Reply } from "./exchange.ts";
import type { FindImage, ImageAnswer } from "./image-answer.ts";
import { type ImageReference, manifestOf } from "./image-reference.ts";
import { RegistryError } from "./registry-error.ts";
import { readMessage } from "./registry-message.ts";

/** What containerd asks for. */
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Docker Hub's name in images, and where it answers. */
const apiHosts: Readonly<Record<string, string>> = { "docker.io": "registry-1.docker.io" };

export function createFindImage(exchanges: Exchanges): FindImage {
  return async (image, login, abort) => {
    const url = manifestUrl(image);
    const ask = (method: "HEAD" | "GET", authorization: SecretValue | undefined) =>
      exchanges({ method, url, accept: manifestTypes, authorization, abort });
    // As nobody first, like a node: the answer tells what a registry wants to be shown. ECR Public
    // takes a login that it didn't ask for as a broken token.
    const first = await ask("HEAD", undefined);
    if (first.status !== 401) {
      return await judge(first, () => ask("GET", undefined), { host: url.host, shown: [] });
    }
    const shown = await authorize(first, { image, login, abort, exchanges, host: url.host });
    if ("outcome" in shown) {
      return shown;
    }
    const { authorization } = shown;
    return await judge(await ask("HEAD", authorization), () => ask("GET", authorization), {
      host: url.host,
      shown: secretsOf(login, authorization),
    });
  };
}

function manifestUrl(image: ImageReference): URL {
  const host = apiHosts[image.host] ?? image.host;
  return new URL(`https://${host}/v2/${image.repository}/manifests/${manifestOf(image)}`);
}

interface Asked {
  readonly host: string;
  readonly shown: readonly string[];
}

/** @param explain the same question with GET: an answer to HEAD has no body to tell the reason in */
async function judge(
  reply: Reply,
  explain: () => Promise<Reply>,
  { host, shown }: Asked,
): Promise<ImageAnswer> {
  const { status, headers } = reply;
  if (status === 200) {
    return found(reply, { host, shown });
  }
  // 400: ECR Public's answer to a token that it doesn't take.
  if ([400, 401, 403, 404].includes(status)) {
    // Docker Hub counts a GET as a pull only if it hands the manifest out.
    const message = readMessage(await reasonIn(explain), shown);
    const unasked = shown.length === 0 && ({ isUnasked: true } as const);
    const outcome = status === 404 ? "missing" : "refused";
    return { outcome, host, status, ...message, ...unasked };
  }
  throw unexpected(status, headers.location, host);
}

/** The answer stands, whether or not the reason for it can be had. */
async function reasonIn(explain: () => Promise<Reply>): Promise<string> {
  try {
    return (await explain()).body;
  } catch (error) {
    if (error instanceof RegistryError) return "";
    throw error;
  }
}

const digestPattern = /^sha(?:256|512):[a-f0-9]{64,128}$/;
const manifestType = /^application\/(?:vnd\.(?:oci|docker)\.[\w.+-]{1,100}|json)\b/;

function found({ headers }: Reply, { host, shown }: Asked): ImageAnswer {
  const digest = String(headers["docker-content-digest"] ?? "");
  const [mediaType] = manifestType.exec(headers["content-type"] ?? "") ?? [];
  if (mediaType === undefined) {
    throw new RegistryError(`${host} answers, but not as a registry does`, "is the host right?");
  }
  return {
    outcome: "found",
    digest: digestPattern.test(digest) ? digest : undefined,
    mediaType,
    isPublic: shown.length === 0,
  };
}

function unexpected(status: number, location: string | undefined, host: string): RegistryError {
  if (status >= 300 && status < 400) {
    const target = location !== undefined && URL.canParse(location) ? new URL(location).host : "";
    const elsewhere = target === "" ? "elsewhere" : `to ${target}`;
    return new RegistryError(`${host} leads ${elsewhere} (${status}), where no login is taken to`);
  }
  return status === 429
    ? new RegistryError(`${host} has been asked too often (429)`, "Ask again later.")
    : new RegistryError(`${host} answered with status ${status}`, "Ask again later.");
}
