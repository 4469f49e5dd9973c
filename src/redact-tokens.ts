/**
 * The last net under a log line and a notice. Credentials are wrapped where they arise and errors
 * are our own sentences, so nothing should be caught here; by their shape, these are what must
 * never get by.
 */
const tokenShapes: readonly RegExp[] = [
  // A JWT, as ServiceAccounts have it.
  /\beyJ[\w-]{8,}(?:\.[\w-]*){1,2}/g,
  /\bk8s-aws-v1\.[\w-]+/g,
  /\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*/g,
  // Registry passwords, session tokens, certificates in base64: only a URL is as long.
  /(?<![\w./:-])[\w+=-][\w+/=-]{119,}/g,
];

export function redactTokens(text: string): string {
  return tokenShapes.reduce((left, shape) => left.replace(shape, "[redacted]"), text);
}
