/**
 * A Secret as a pod sees it: files that are links into a directory, behind one link that the kubelet
 * points to the next directory at once.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/volume/util/atomic_writer.go
 */
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { SecretObject } from "../sweep/contents.ts";

export interface Mount {
  /** The config's `mountPath`. */
  readonly path: string;
  /** As soon as the kubelet sees another one, which on a node may take a minute. */
  update(secret: SecretObject): Promise<void>;
}

export async function mountSecret(path: string, secret: SecretObject): Promise<Mount> {
  let current: string | undefined;
  const update = async ({ data }: SecretObject) => {
    const directory = await mkdtemp(join(path, "..2026_"));
    for (const [key, value] of Object.entries(data)) {
      await writeFile(join(directory, key), Buffer.from(value, "base64"), { mode: 0o440 });
    }
    await symlink(basename(directory), join(path, "..data_tmp"));
    await rename(join(path, "..data_tmp"), join(path, "..data"));
    if (current) await rm(current, { recursive: true });
    current = directory;
  };
  await mkdir(path, { recursive: true });
  await update(secret);
  for (const key of Object.keys(secret.data)) {
    await symlink(join("..data", key), join(path, key));
  }
  return { path, update };
}
