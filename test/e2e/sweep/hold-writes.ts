import type { ClusterApi } from "../../../src/refresh/ports.ts";

export interface Meanwhile {
  /** How many writes are made before it happens; all further ones wait until it has. */
  readonly afterWrites: number;
  readonly happens: () => Promise<unknown>;
}

/** The same API, with something that happens in the cluster in the middle of the sweep's writes. */
export function holdWrites(api: ClusterApi, { afterWrites, happens }: Meanwhile): ClusterApi {
  const before: Promise<unknown>[] = [];
  let event: Promise<unknown> | undefined;
  const inOrder = async <T>(write: () => Promise<T>): Promise<T> => {
    if (before.length < afterWrites) {
      const answer = write();
      before.push(answer.catch(() => {}));
      return await answer;
    }
    event ??= Promise.all(before).then(happens);
    await event;
    return await write();
  };
  return {
    listNamespaces: () => api.listNamespaces(),
    listSecrets: (...args) => api.listSecrets(...args),
    listServiceAccounts: (...args) => api.listServiceAccounts(...args),
    findServiceAccount: (...args) => api.findServiceAccount(...args),
    getSecret: (...args) => api.getSecret(...args),
    readSecret: (...args) => api.readSecret(...args),
    applySecret: (...args) => inOrder(() => api.applySecret(...args)),
    deleteSecret: (...args) => inOrder(() => api.deleteSecret(...args)),
    setImagePullSecrets: (...args) => inOrder(() => api.setImagePullSecrets(...args)),
    listWorkloads: (...args) => api.listWorkloads(...args),
    findWorkload: (...args) => api.findWorkload(...args),
    restartWorkload: (...args) => inOrder(() => api.restartWorkload(...args)),
  };
}
