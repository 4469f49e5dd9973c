/** Why a connection didn't come to be, in words, by the code that Node gives the error. Pure. */
export const connectionReasons = {
  ENOTFOUND: "no such host name",
  EAI_AGAIN: "the DNS doesn't answer",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "it closed the connection",
  EPIPE: "it closed the connection",
  EHOSTUNREACH: "no route to it",
  ENETUNREACH: "no route to it",
  ETIMEDOUT: "no answer",
} as const;

export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
