import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { SecretValue } from "../../secret-value.ts";
import { formatTime } from "../../times.ts";
import type { ClientCertificate } from "../cluster-access.ts";
import { type Place, refusal } from "./refusal.ts";

/** PEM as the kubeconfig has it, and where it has it. */
export interface PemText {
  readonly pem: string;
  readonly place: Place;
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[A-Za-z\d+/=\s]+-----END CERTIFICATE-----/g;

const inlineHint =
  "`kubectl config view --raw --flatten` prints the field as it should be: base64 of a PEM file.";

/** A `…-data` field, which is base64 of PEM. @throws KubeconfigError */
export function decodeData(value: string | undefined, place: Place): PemText | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (/^(?:DATA\+OMITTED|REDACTED)$/.test(value)) {
    const hint = "`kubectl config view` hides what is secret: add --raw.";
    throw refusal(place, "is a placeholder", hint);
  }
  if (value.includes("-----BEGIN")) {
    throw refusal(place, "is PEM as it stands; it must be base64 of that", inlineHint);
  }
  const base64 = value.replace(/\s/g, "");
  if (!/^[A-Za-z\d+/]+={0,2}$/.test(base64)) {
    throw refusal(place, "isn't base64", inlineHint);
  }
  return { pem: Buffer.from(base64, "base64").toString("latin1"), place };
}

/** The certificates of a CA bundle and nothing else that is in it, as PEM. @throws KubeconfigError */
export function parseAuthorities(ca: PemText, now: Date): string {
  const certificates = parseCertificates(ca);
  const latest = Math.max(...certificates.map(({ validToDate }) => validToDate.getTime()));
  if (latest <= now.getTime()) {
    const problem = `holds a CA that expired on ${formatTime(new Date(latest))}`;
    throw refusal(ca.place, problem, "Take the cluster's present CA from a fresh kubeconfig.");
  }
  return toPem(certificates);
}

export interface CheckedClientCertificate {
  readonly clientCertificate: ClientCertificate;
  readonly expiresAt: Date;
}

/** @throws KubeconfigError */
export function parseClientCertificate(
  certificate: PemText,
  key: PemText,
  now: Date,
): CheckedClientCertificate {
  const certificates = parseCertificates(certificate);
  const [leaf] = certificates;
  if (!leaf?.checkPrivateKey(parseKey(key))) {
    throw refusal(
      key.place,
      "doesn't belong to the client certificate",
      "The first certificate must be the one that was issued for this key.",
    );
  }
  const expiresAt = leaf.validToDate;
  if (expiresAt <= now) {
    const problem = `holds a client certificate that expired on ${formatTime(expiresAt)}`;
    throw refusal(certificate.place, problem, "Renew it, and take a fresh kubeconfig.");
  }
  return {
    clientCertificate: { certificate: toPem(certificates), key: new SecretValue(key.pem) },
    expiresAt,
  };
}

function parseCertificates({ pem, place }: PemText): readonly X509Certificate[] {
  const blocks = pem.match(pemCertificate) ?? [];
  if (blocks.length === 0) {
    throw refusal(place, "holds no PEM certificate", inlineHint);
  }
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      const which = blocks.length === 1 ? "a certificate" : `as number ${index + 1} a certificate`;
      throw refusal(place, `holds ${which} that can't be parsed`, inlineHint);
    }
  });
}

function parseKey({ pem, place }: PemText): KeyObject {
  if (/^-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m.test(pem)) {
    throw refusal(place, "is encrypted", "Nobody is there to type the passphrase: decrypt it.");
  }
  try {
    return createPrivateKey(pem);
  } catch {
    throw refusal(place, "holds no PEM private key that can be parsed", inlineHint);
  }
}

function toPem(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString()).join("");
}
