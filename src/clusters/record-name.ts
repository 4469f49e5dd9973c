/** What the record of a cluster is called in Secrets Manager. Pure. */
import { UserError } from "../errors.ts";

/** Of stages and of clusters: what a config takes. It keeps `/` out of a record's name. */
const namePattern = /^(?=.{1,100}$)[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

export function isClusterName(text: string): boolean {
  return namePattern.test(text);
}

/** What the names of a stage's records begin with. @throws UserError for what is no stage's name */
export function recordPrefix(stage: string): string {
  if (!namePattern.test(stage)) {
    throw new UserError("this isn't a stage's name", {
      hint: 'Use up to 100 letters, digits, ".", "_" and "-", a letter or digit at both ends.',
    });
  }
  return `ecr-pull-secrets/${stage}/clusters/`;
}

/** Undefined: no cluster can have that name. */
export function recordName(stage: string, cluster: string): string | undefined {
  return isClusterName(cluster) ? recordPrefix(stage) + cluster : undefined;
}

/** Undefined: not a record of this stage's clusters. */
export function clusterOf(stage: string, secretName: string): string | undefined {
  const prefix = recordPrefix(stage);
  const cluster = secretName.slice(prefix.length);
  return secretName.startsWith(prefix) && isClusterName(cluster) ? cluster : undefined;
}
