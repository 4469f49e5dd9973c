/** What people do about the plugins that most kubeconfigs name: install them, or log in again. */
interface KnownPlugin {
  readonly install: string;
  readonly login: string;
}

const plugins: Readonly<Record<string, KnownPlugin>> = {
  aws: {
    install: "Install the AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/",
    login: "If the login has ended: `aws sso login`, with the profile that the context uses.",
  },
  "aws-iam-authenticator": {
    install: "Install it: https://github.com/kubernetes-sigs/aws-iam-authenticator",
    login: "If the login has ended: `aws sso login`, with the profile that the context uses.",
  },
  "gke-gcloud-auth-plugin": {
    install: "Install it: `gcloud components install gke-gcloud-auth-plugin`.",
    login: "If the login has ended: `gcloud auth login`.",
  },
  kubelogin: {
    install: "Install it: https://azure.github.io/kubelogin/install.html",
    login: "If the login has ended: `az login`.",
  },
  "kubectl-oidc_login": {
    install: "Install it: `kubectl krew install oidc-login`.",
    login: "If the login has ended: `kubectl oidc-login clean`, and log in again.",
  },
  doctl: {
    install: "Install it: https://docs.digitalocean.com/reference/doctl/how-to/install/",
    login: "If the login has ended: `doctl auth init`.",
  },
};

/** `/usr/local/bin/aws`, `aws.exe` */
export function knownPlugin(command: string): KnownPlugin | undefined {
  const name =
    command
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.exe$/, "") ?? "";
  return plugins[name];
}
