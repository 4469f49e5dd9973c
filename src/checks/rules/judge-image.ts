/** What a registry's answer about an image means, and what would make it another. */
import type { Owner } from "../../refresh/desired.ts";
import type { EcrRegistry } from "../../refresh/registries.ts";
import type { ImageAnswer, NoImage } from "../../registries/image-answer.ts";
import { formatImage, type ImageReference } from "../../registries/image-reference.ts";
import { wantedLogin } from "../../registries/login-kinds.ts";
import type { Principal } from "../../registries/principal.ts";
import { catalogue, failed, passed } from "../catalogue.ts";
import type { CheckResult } from "../check-report.ts";
import type { Holder } from "./image-holders.ts";
import { judgeEcrRefusal } from "./judge-ecr-refusal.ts";

export interface AskedImage {
  readonly image: ImageReference;
  readonly holder: Holder;
  readonly owner: Owner;
}

/** @param principal who minted ECR's token; undefined: somebody else's, or it can't be told */
export function judgeAnswer(
  answer: ImageAnswer,
  asked: AskedImage,
  principal: Principal | undefined,
): CheckResult {
  const { image, holder } = asked;
  const { registry, secrets } = holder;
  const place = `${formatImage(image)}, with the login in ${secrets.join(", ")}`;
  if (answer.outcome === "found") {
    const { digest = "no digest told", mediaType, isPublic } = answer;
    const opened = isPublic ? `${formatImage(image)}, which everybody may pull` : place;
    return passed(catalogue.image, `${opened}: ${digest}, ${mediaType}`);
  }
  if (answer.isUnasked) {
    const found = `${formatImage(image)}: ${describe(answer, image)}, and asks nobody for a login`;
    return failed(catalogue.image, { message: found, hint: unaskedSearch });
  }
  const message = `${place}: ${describe(answer, image)}`;
  if (answer.outcome === "missing") {
    const hint = registry.type === "ecr" ? ecrSearch(registry, asked, answer) : otherSearch;
    return failed(catalogue.image, { message, hint });
  }
  return registry.type === "ecr"
    ? failed(catalogue.image, {
        message,
        ...judgeEcrRefusal({ answer, registry, principal, ...asked }),
      })
    : failed(catalogue.image, { message, hint: wantedLogin(image.host) });
}

/** https://github.com/containerd/containerd/blob/main/core/remotes/docker/authorizer.go (AddResponses) */
const unaskedSearch =
  "are its name and its tag right? containerd shows a login only where it is asked for one (401)";

/** Some registries say of what a login may not see that it isn't there. */
const otherSearch = "are its name and its tag right, and may this login see the repository?";

function describe({ outcome, status, code, text, ...answer }: NoImage, image: ImageReference) {
  const said = text === undefined ? "" : `: “${text}”`;
  const who = answer.host === image.host ? "the registry" : answer.host;
  const found = outcome === "missing" ? `${who} doesn't have it` : `${who} refuses it`;
  return `${found} (${[status, code].filter((each) => each !== undefined).join(" ")})${said}`;
}

/** What there is in the repository, or which repositories there are. */
function ecrSearch(
  { account, region }: EcrRegistry,
  { image: { repository } }: AskedImage,
  { code }: NoImage,
): string {
  const place = `--registry-id ${account} --region ${region}`;
  return code === "NAME_UNKNOWN"
    ? `which repositories there are: aws ecr describe-repositories ${place} --query 'repositories[].repositoryName'`
    : `which tags there are: aws ecr describe-images ${place} --repository-name ${repository} --query 'imageDetails[].imageTags'`;
}
