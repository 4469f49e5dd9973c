import { describe, expect, test } from "vitest";
import { eksRegionOf, isEksHost } from "../../../src/kubernetes/kubeconfig/eks-host.ts";
import { kubeconfigText, parse, refusalBy } from "./kubeconfig-fixtures.ts";

const id = "0123456789abcdef0123456789abcdef";

describe("a host of EKS", () => {
  test.each([
    [`${id}.gr7.eu-west-1.eks.amazonaws.com`, "eu-west-1"],
    [`${id}.eu-west-1.eks.amazonaws.com`, "eu-west-1"],
    [`${id}.sk1.us-gov-west-1.eks.amazonaws.com`, "us-gov-west-1"],
    [`${id}.yl4.cn-northwest-1.eks.amazonaws.com.cn`, "cn-northwest-1"],
    [`${id}.gr7.eusc-de-east-1.eks.amazonaws.eu`, "eusc-de-east-1"],
    [`${id}.us-iso-east-1.eks.c2s.ic.gov`, "us-iso-east-1"],
    [`${id}.us-west-2.api.aws`, "us-west-2"],
    [`${id}.gr7.us-west-2.api.aws`, "us-west-2"],
    [`${id}.cn-north-1.api.amazonwebservices.com.cn`, "cn-north-1"],
  ])("is %s", (host, region) => {
    expect(eksRegionOf(host)).toBe(region);
  });

  test.each([
    ["somebody's own", "api.prod.example"],
    ["an address", "10.0.0.1"],
    ["this machine", "localhost"],
    ["nothing", ""],
    ["a name that goes on", `${id}.gr7.eu-west-1.eks.amazonaws.com.evil.example`],
    ["a name with another end", `${id}.gr7.eu-west-1.eks.amazonaws.community`],
    ["a name with another dot", `${id}.gr7.eu-west-1.eks-amazonaws.com`],
    ["a name without region", "shop.eks.amazonaws.com"],
    ["the service itself", "eks.eu-west-1.amazonaws.com"],
    ["the region's name alone", "eu-west-1.eks.amazonaws.com"],
    ["a bucket", "eks.s3.eu-west-1.amazonaws.com"],
    ["an API of any customer", "a1b2c3d4e5.execute-api.us-west-2.api.aws"],
    ["an API with an id like one of EKS", `${id}.execute-api.us-west-2.api.aws`],
    ["another service's label", `${id}.gateway.us-west-2.api.aws`],
    ["another service", "lambda.us-west-2.api.aws"],
    ["a function of any customer", `${id}.lambda-url.us-west-2.on.aws`],
    ["a trailing dot", `${id}.gr7.eu-west-1.eks.amazonaws.com.`],
    ["two lines", `${id}.gr7.eu-west-1.eks.amazonaws.com\nevil.example`],
  ])("isn't %s", (_, host) => {
    expect(isEksHost(host)).toBe(false);
  });
});

describe("a kubeconfig for which a token would be signed is refused that", () => {
  const args = ["eks", "get-token", "--cluster-name", "shop", "--region", "eu-west-1"];
  const exec = { apiVersion: "client.authentication.k8s.io/v1beta1", command: "aws", args };
  const server = `https://${id}.gr7.eu-west-1.eks.amazonaws.com`;

  function text(cluster: Readonly<Record<string, unknown>>): string {
    return kubeconfigText({ cluster, user: { exec } });
  }

  test("leads to another server", async () => {
    const error = await refusalBy(() => parse(text({ server: "https://c4n4ry.example" })));
    expect(error.message).toMatch(
      /^prod-eu: clusters\[0\]\.cluster\.server isn't an API server of/,
    );
    expect(error.hint).toContain("store a ServiceAccount's token instead");
  });

  test("leads through a proxy, which could be the API server with the CA that is there", async () => {
    const proxied = text({ server, "proxy-url": "http://c4n4ry.example:3128" });
    const error = await refusalBy(() => parse(proxied));
    expect(error.message).toMatch(/^prod-eu: clusters\[0\]\.cluster\.proxy-url stands between/);
    const straight = parse(text({ server })).authentication;
    expect(straight.kind).toBe("eks");
  });

  test("but a token of its own may go where it says", () => {
    expect(() => parse(kubeconfigText({ user: { token: "x" } }))).not.toThrow();
  });
});
