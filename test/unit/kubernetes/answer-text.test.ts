import { describe, expect, test } from "vitest";
import { cleanText } from "../../../src/kubernetes/api/answer-text.ts";

describe("text of a server", () => {
  test.each([
    'secrets "ecr-pull" is forbidden: User "system:serviceaccount:ecr-pull-secrets:refresh" cannot patch resource "secrets" in API group "" in the namespace "a"',
    "a-very-long-namespace-name-that-goes-on-and-on-up-to-sixty-three-c",
    "the KubeletEnsureSecretPulledImages feature gate isn't enabled",
    'namespaces "team-a-6f9d8c7b5-x2k9q" not found',
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "111122223333.dkr.ecr.us-east-1.amazonaws.com",
  ])("stays as it is: %s", (text) => {
    expect(cleanText(text)).toBe(text);
  });

  test.each([
    ["a JWT", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.sig-Nature_1", "x [redacted] y"],
    ["an EKS token", "k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8", "x [redacted] y"],
    ["a bearer header", "Bearer abc", "x Bearer [redacted] y"],
    ["a basic header", "basic dXNlcjpwYXNz", "x basic [redacted] y"],
    ["base64", "QVdTOmV5SndZWGxzYjJGa0lqb2k=", "x [redacted] y"],
    ["a secret key of AWS", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "x [redacted] y"],
    ["hexadecimal", "0123456789abcdef0123456789abcdef", "x [redacted] y"],
    ["letters of both cases for long", "abCD".repeat(12), "x [redacted] y"],
  ])("loses %s", (_title, secret, cleaned) => {
    expect(cleanText(`x ${secret} y`)).toBe(cleaned);
  });

  test.each([
    ["line breaks and tabs", "a\r\n\tb", "a b"],
    ["colours", "\u001b[31mred\u001b[0m", "red"],
    ["text that turns around", "a\u202eb", "a b"],
    ["zero bytes", "a\u0000b", "a b"],
    ["spaces around", "  a  ", "a"],
  ])("is one plain line: %s", (_title, text, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });

  test("is 300 characters at most, and quick to clean", () => {
    const cleaned = cleanText("word ".repeat(2_000_000));

    expect(cleaned).toHaveLength(300);
    expect(cleaned).toMatch(/…$/);
  });

  test("shows no part of a secret at its end", () => {
    const text = `${"word ".repeat(58)}${"aB3".repeat(2_000)}`;

    expect(cleanText(text)).not.toMatch(/aB3/);
  });
});
