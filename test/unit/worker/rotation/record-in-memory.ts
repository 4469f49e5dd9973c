/** One cluster's record, with versions, labels and tags as Secrets Manager has them, and no wire. */
import { changedTags, readState } from "../../../../src/clusters/record-state.ts";
import type { ClusterRecord, ClusterStore } from "../../../../src/clusters/store.ts";
import { SecretValue } from "../../../../src/secret-value.ts";
import type { RotationPorts } from "../../../../src/worker/rotation/ports.ts";
import { Secret } from "../../../fakes/aws/secrets-manager/secret.ts";

export type RecordStep = "pending" | "promotion" | "tag";

/** Does a step, or what is to happen in its place or after it. */
export type InStep<Step> = <T>(step: Step, work: () => T | Promise<T>) => Promise<T>;

export function recordInMemory(name: string, now: () => Date, inStep: InStep<RecordStep>) {
  const secret = new Secret(
    { arn: "arn", name, createdAt: now() },
    { description: undefined, kmsKeyId: undefined },
  );
  const seen = { puts: 0, promotions: 0, tagWrites: 0 };
  let state = readState([]);
  let versions = 0;

  function put(kubeconfig: string, labels: readonly string[]): string {
    versions += 1;
    const id = `v${versions}`;
    secret.put({ id, content: { SecretString: kubeconfig }, createdAt: now() }, labels);
    return id;
  }

  const store: ClusterStore = {
    list: () => Promise.reject(new Error("nobody lists")),
    read: async () => read(),
    describe: async () => ({ name, state }),
    saveState: (_, before, after) =>
      inStep("tag", () => {
        const { set, remove } = changedTags(before, after);
        secret.tag(set);
        secret.untag(remove);
        state = readState(secret.tags);
        seen.tagWrites += 1;
        return true;
      }),
  };
  const writer: RotationPorts["writer"] = {
    putPending: (_, kubeconfig) =>
      inStep("pending", () => {
        if (record.gone) return undefined;
        seen.puts += 1;
        return put(kubeconfig.reveal(), ["AWSPENDING"]);
      }),
    promote: (_, { from, to }) =>
      inStep("promotion", () => {
        if (secret.find({}).id !== from) return "changed";
        secret.moveStage({ label: "AWSCURRENT", from, to });
        seen.promotions += 1;
        return "promoted";
      }),
  };

  function read(): ClusterRecord {
    const { id, content } = secret.find({});
    return { name, versionId: id, kubeconfig: new SecretValue(content.SecretString ?? "") };
  }

  const record = {
    /** Unregistered, between one's read and one's write. */
    gone: false,
    seen,
    store,
    writer,
    read,
    /** What anybody puts who doesn't ask for a label. */
    replace: (kubeconfig: string) => put(kubeconfig, ["AWSCURRENT"]),
    text: () => secret.find({}).content.SecretString ?? "",
    version: () => secret.find({}).id,
    labels: () => secret.stages,
    state: () => state,
  };
  return record;
}
