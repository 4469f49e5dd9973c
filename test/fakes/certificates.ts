/**
 * A certificate authority for tests: real certificates, made in memory in a few milliseconds.
 */
import type { webcrypto } from "node:crypto";
import { isIP } from "node:net";

// @peculiar/x509 wants a Reflect polyfill at import, and needs of it no more than that it is there.
if (!("getMetadata" in Reflect)) {
  const absent = () => undefined;
  Object.assign(Reflect, {
    getMetadata: absent,
    getOwnMetadata: absent,
    defineMetadata: absent,
  });
}
const x509 = await import("@peculiar/x509");

const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256" };
const signingAlgorithm = { name: "ECDSA", hash: "SHA-256" };

/** Certificate and private key (PKCS #8), both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Validity {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

export interface CertificateAuthority {
  /** PEM. */
  readonly cert: string;
  /** For these DNS names and IP addresses (default: localhost and its addresses). */
  issueServer(names?: readonly string[], validity?: Validity): Promise<KeyPair>;
  /** For a user and its groups, as Kubernetes reads them: CN and O. */
  issueClient(user: string, groups?: readonly string[], validity?: Validity): Promise<KeyPair>;
}

export async function createCertificateAuthority(
  name = "fake-ca",
  validity?: Validity,
): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const subject = [{ CN: [name] }];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subject,
    keys,
    signingAlgorithm,
    ...period(validity),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const issuer = { subject, keys };
  return {
    cert: certificate.toString("pem"),
    issueServer: (names = ["localhost", "127.0.0.1", "::1"], leafValidity) =>
      issue(issuer, {
        subject: [{ CN: [names[0] ?? "server"] }],
        validity: leafValidity,
        extensions: [
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension(names.map(alternativeName)),
        ],
      }),
    issueClient: (user, groups = [], leafValidity) =>
      issue(issuer, {
        subject: [...groups.map((group) => ({ O: [group] })), { CN: [user] }],
        validity: leafValidity,
        extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
      }),
  };
}

type DistinguishedName = Record<string, string[]>[];

interface Leaf {
  readonly subject: DistinguishedName;
  readonly validity: Validity | undefined;
  readonly extensions: InstanceType<typeof x509.Extension>[];
}

async function issue(
  issuer: { readonly subject: DistinguishedName; readonly keys: webcrypto.CryptoKeyPair },
  leaf: Leaf,
): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: leaf.subject,
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm,
    ...period(leaf.validity),
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
      ...leaf.extensions,
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    cert: certificate.toString("pem"),
    key: x509.PemConverter.encode(key, x509.PemConverter.PrivateKeyTag),
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
}

// A minute in the past: the second of a certificate's start may be ahead of the clock that checks it.
function period(validity: Validity = {}): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return {
    notBefore: validity.notBefore ?? new Date(now - 60_000),
    notAfter: validity.notAfter ?? new Date(now + 24 * 3_600_000),
  };
}

function alternativeName(name: string): { type: "ip" | "dns"; value: string } {
  return { type: isIP(name) === 0 ? "dns" : "ip", value: name };
}
