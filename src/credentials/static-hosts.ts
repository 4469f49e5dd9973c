/** Under which keys clients look up the login of a registry's host. Pure. */

/**
 * Docker Hub's name in every docker config, as `docker login` writes it: not a URL that anybody calls.
 * crane, docker and nerdctl look for nothing else; the kubelet and podman read it as index.docker.io.
 * https://github.com/google/go-containerregistry/blob/main/pkg/authn/keychain.go (DefaultAuthKey)
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/keyring.go
 * https://github.com/containers/image/blob/main/pkg/docker/config/config.go (normalizeRegistry)
 */
const dockerHubKey = "https://index.docker.io/v1/";

/** The bare one is for clients that take an image's host as it stands. */
const dockerHubKeys = ["docker.io", dockerHubKey];

const dockerHubHosts = ["docker.io", "index.docker.io"];

export function keysOfHost(host: string): readonly string[] {
  return dockerHubHosts.includes(host) ? dockerHubKeys : [host];
}
