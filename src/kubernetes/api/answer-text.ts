/** Text of a server, made fit for a message of ours: short, one line, and without secrets. */
import { stripVTControlCharacters } from "node:util";

const maxLength = 300;
// Redaction looks at this much; what is cut off is never shown.
const maxExamined = 4_000;

export function cleanText(text: string): string {
  const oneLine = stripVTControlCharacters(text.slice(0, maxExamined))
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim()
    .replace(/(Bearer|Basic)\s+\S+/gi, "$1 [redacted]")
    .replace(/(?:eyJ|k8s-aws-v1\.)[\w.=+/-]*/g, "[redacted]")
    .replace(/[A-Za-z0-9+/_=-]{20,}/g, (run) => (looksLikeSecret(run) ? "[redacted]" : run));
  return oneLine.length > maxLength ? `${oneLine.slice(0, maxLength - 1)}…` : oneLine;
}

/**
 * Names in Kubernetes are lower case, however long; base64 of 20 characters or more mixes both cases
 * and digits. Hexadecimal and very long runs are hidden too: nobody misses them in a message.
 */
function looksLikeSecret(run: string): boolean {
  const mixed = /[a-z]/.test(run) && /[A-Z]/.test(run);
  return (mixed && (/\d/.test(run) || run.length >= 40)) || /^[0-9a-f]{32,}$/i.test(run);
}
