/** Where a stage is deployed, and how commands that people copy say so. Pure. */
import { deployCommand as deployOf } from "../../stack/deploy-command.ts";

export interface Place {
  readonly stage: string;
  readonly region: string;
  /** As whom; undefined: whoever the environment says. */
  readonly profile: string | undefined;
}

/** `npx ecr-pull-secrets list --stage prod --region us-east-1` */
export function commandLine(command: string, place: Place): string {
  return `npx ecr-pull-secrets ${command} --stage ${place.stage} ${awsOptions(place)}`;
}

export function deployCommand(place: Place): string {
  return `${deployOf(place)}${profileOption(place, "--aws-profile")}`;
}

/** As every program of AWS takes them. */
export function awsOptions(place: Place): string {
  return `--region ${place.region}${profileOption(place, "--profile")}`;
}

function profileOption({ profile }: Place, flag: string): string {
  return profile === undefined ? "" : ` ${flag} ${quoted(profile)}`;
}

/** Of a profile's name, AWS allows about everything. */
function quoted(word: string): string {
  return /^[\w.@/+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
