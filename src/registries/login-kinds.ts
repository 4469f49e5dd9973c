/** What each well-known registry wants for a login that may only pull. Pure. */

const kinds: readonly (readonly [RegExp, string])[] = [
  [
    /^docker\.io$/,
    "Docker Hub wants an account's name and an access token of it that may read; has that account been given the repository?",
  ],
  [
    /^ghcr\.io$/,
    "GHCR wants a classic personal access token with the scope read:packages, authorised for the organisation where that has single sign-on",
  ],
  [
    /^(?:[a-z0-9-]+\.)?gcr\.io$|-docker\.pkg\.dev$/,
    "Google wants the username _json_key and the key of a service account with the role roles/artifactregistry.reader",
  ],
  [
    /\.azurecr\.(?:io|cn|us)$/,
    "ACR wants a service principal with the role AcrPull, or a token of the registry whose scope map lets it read the repository",
  ],
  [/^quay\.io$/, "Quay wants a robot account that may read the repository"],
  [
    /^registry\.gitlab\.com$/,
    "GitLab wants a deploy token, or an access token, with the scope read_registry",
  ],
  [
    /^(?:public\.ecr\.aws|ecr-public\.aws\.com)$/,
    "ECR Public lets everybody pull: the token itself isn't taken. What stands behind {type: ecr-public} has to be allowed ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken",
  ],
];

/** @param host as images name it */
export function wantedLogin(host: string): string {
  const [, wanted] = kinds.find(([pattern]) => pattern.test(host)) ?? [];
  return wanted ?? "is the login still good there, and may it pull this repository?";
}
