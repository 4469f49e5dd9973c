/** Waiting for a socket. */
import type { Socket } from "node:net";

/**
 * Until the socket is open; destroys it when it fails or the signal aborts. From then on it has a
 * listener for errors: one that fails while nobody uses it must not end the process.
 * @throws what the socket failed with, or the signal's reason
 */
export function opened(
  socket: Socket,
  event: "connect" | "secureConnect",
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => fail(signal.reason);
    const done = () => {
      signal.removeEventListener("abort", onAbort);
      socket.off("close", onClose);
    };
    const fail = (error: unknown) => {
      done();
      reject(error);
      socket.destroy();
    };
    const onClose = () => fail(new SocketClosedError());
    socket.on("error", fail);
    socket.once("close", onClose);
    socket.once(event, () => {
      done();
      resolve();
    });
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) {
      onAbort();
    }
  });
}

/** The other side ended the connection before it stood. */
class SocketClosedError extends Error {
  override readonly name = "SocketClosedError";
  readonly code = "ECONNRESET";

  constructor() {
    super("the connection was closed before it stood");
  }
}
