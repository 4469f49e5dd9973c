import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { formatImage, manifestOf, parseImage } from "../../../src/registries/image-reference.ts";

const sha = `sha256:${"0123456789abcdef".repeat(4)}`;
const ecr = "111122223333.dkr.ecr.us-east-1.amazonaws.com";

describe("an image's name in full is, of", () => {
  test.each([
    ["nginx", "docker.io/library/nginx:latest"],
    ["nginx:1.27", "docker.io/library/nginx:1.27"],
    ["grafana/grafana", "docker.io/grafana/grafana:latest"],
    ["docker.io/nginx", "docker.io/library/nginx:latest"],
    ["index.docker.io/grafana/grafana:11", "docker.io/grafana/grafana:11"],
    // Nodes look up no login of docker.io for it.
    ["registry-1.docker.io/library/nginx", "registry-1.docker.io/library/nginx:latest"],
    ["ghcr.io/team/app:v1", "ghcr.io/team/app:v1"],
    ["GHCR.io/team/app:V1", "ghcr.io/team/app:V1"],
    ["localhost/app", "localhost/app:latest"],
    ["localhost:5000/app", "localhost:5000/app:latest"],
    ["registry:5000/app:5", "registry:5000/app:5"],
    ["127.0.0.1:41234/team/app", "127.0.0.1:41234/team/app:latest"],
    [`${ecr}/team/app:1.4`, `${ecr}/team/app:1.4`],
    [`${ecr}/team/app@${sha}`, `${ecr}/team/app@${sha}`],
    [`${ecr}/team/app:1.4@${sha}`, `${ecr}/team/app:1.4@${sha}`],
    ["public.ecr.aws/docker/library/alpine", "public.ecr.aws/docker/library/alpine:latest"],
    ["ghcr.io/a__b/c.d/e-f--g", "ghcr.io/a__b/c.d/e-f--g:latest"],
  ])("%s", (text, full) => {
    expect(formatImage(parseImage(text))).toBe(full);
    expect(formatImage(parseImage(full))).toBe(full);
  });
});

test.each([
  ["ghcr.io/team/app:v1", "v1"],
  ["ghcr.io/team/app", "latest"],
  [`ghcr.io/team/app:v1@${sha}`, sha],
])("of %s, the manifest %s is asked for", (text, manifest) => {
  expect(manifestOf(parseImage(text))).toBe(manifest);
});

const host = /no host's name/;
const repository = /each part of its repository/;
const tag = /its tag isn't/;
const digest = /behind “@”/;

describe("no image's name is", () => {
  test.each([
    ["nothing", "", repository],
    ["a slash", "/", repository],
    ["a name with a scheme", "https://ghcr.io/team/app", /no https:\/\/ before it/],
    ["one with another's scheme", "docker://nginx", /no https:\/\/ before it/],
    ["one with an empty part", "ghcr.io//app", repository],
    ["one with an end that is empty", "ghcr.io/team/", repository],
    ["one in capitals", "ghcr.io/Team/app", repository],
    ["one in Docker Hub's capitals", "Nginx", repository],
    ["one that climbs", "ghcr.io/../../token", repository],
    ["one with a query", "ghcr.io/team/app?x=1", repository],
    ["one with a blank", "ghcr.io/team/a pp", repository],
    ["one with an option in it", "ghcr.io/--profile=x/app", repository],
    ["one with a shell's characters", "ghcr.io/$(id)/app", repository],
    ["one with a line break", "ghcr.io/app\n", repository],
    ["one with an escape", "ghcr.io/\u001b[2J", repository],
    ["one with a user", "me:secret@ghcr.io/app", digest],
    ["one with an empty tag", "ghcr.io/team/app:", tag],
    ["one with two tags", "ghcr.io/team/app:1:2", tag],
    ["one whose tag begins with a dash", "ghcr.io/team/app:-1", tag],
    ["one whose tag is too long", `ghcr.io/team/app:${"a".repeat(129)}`, tag],
    ["one with an empty digest", "ghcr.io/team/app@", digest],
    ["one with a short digest", "ghcr.io/team/app@sha256:abc", digest],
    ["one with a digest of another kind", `ghcr.io/team/app@md5:${"a".repeat(32)}`, digest],
    ["one with a port that none can be", "ghcr.io:65536/app", host],
    ["one with letters for a port", "ghcr.io:http/app", host],
    ["one with an IPv6 address", "[::1]:5000/app", host],
    ["one whose host ends in a dot", "ghcr.io./app", host],
    ["one with a repository that is too long", `ghcr.io/${"a/".repeat(128)}a`, /than 255/],
    ["one that is far too long", "a".repeat(601), /than 600 characters/],
  ])("%s", (_, text, why) => {
    const error = errorOf(() => parseImage(text));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(why);
    expect(error.message).toMatch(/^expected the name of an image, found "/);
    expect(error.message).not.toMatch(/\p{Cc}/u);
    expect(error.hint).toContain(`${ecr}/team/app:1.4`);
  });
});

function errorOf(run: () => unknown): UsageError {
  try {
    run();
  } catch (error) {
    return error as UsageError;
  }
  throw new Error("nothing was thrown");
}
