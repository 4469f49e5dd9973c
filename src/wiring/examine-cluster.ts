/** A cluster for a diagnosis: reached as a sweep would, over a connection that nothing else uses. */
import type { ExaminedCluster } from "../checks/ports.ts";
import { type ClusterRecord, kubeconfigIn } from "../clusters/store.ts";
import { createClusterConnection } from "../kubernetes/connection.ts";
import { probeEndpoint } from "../kubernetes/reachability.ts";
import { describeStoredCredential } from "../kubernetes/stored-kubeconfig.ts";
import type { ConnectionOptions } from "../kubernetes/transport/options.ts";
import { accessOf, type RecordAccessOptions } from "./record-access.ts";

export interface ExamineOptions extends RecordAccessOptions {
  /** What differs from the transport's own limits and patience. */
  readonly connection?: Partial<ConnectionOptions>;
}

/** At the beginning of time nothing has expired: a diagnosis says it of the credential, by itself. */
const anyTime = new Date(0);

/** @throws KubeconfigError */
export function examineCluster(
  record: ClusterRecord,
  signal: AbortSignal,
  options: ExamineOptions,
): ExaminedCluster {
  const access = accessOf(record, options, anyTime);
  const connection = createClusterConnection(access, options.connection);
  const credential = describeStoredCredential(kubeconfigIn(record));
  return {
    server: access.server.origin,
    credential,
    async reach() {
      // Some servers want it in the handshake already; no other credential is needed for that.
      const shown = credential.kind === "client-certificate" && (await access.credential());
      return probeEndpoint(access, {
        signal,
        clientCertificate: shown ? shown.clientCertificate : undefined,
      });
    },
    api: connection.api(signal),
    answers: connection.answers(signal),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
