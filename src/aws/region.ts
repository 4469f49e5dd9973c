/** In which AWS region a command works: the first that anybody named, in the AWS CLI's order. */
import { UsageError, UserError } from "../errors.ts";

export interface RegionSources {
  /** `--region` */
  readonly flag: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `--profile`; undefined: AWS_PROFILE, else the default one. */
  readonly profile: string | undefined;
}

const regionPattern = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;

/**
 * Undefined: nobody names one.
 * @throws UsageError, UserError for what is no region's name
 */
export async function resolveRegion({
  flag,
  environment,
  profile,
}: RegionSources): Promise<string | undefined> {
  if (flag !== undefined) {
    return checked(flag, "--region", UsageError);
  }
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) {
    const value = environment[name];
    if (value) {
      return checked(value, name, UserError);
    }
  }
  const value = await regionOfProfile(profile ?? (environment["AWS_PROFILE"] || undefined));
  return value === undefined ? undefined : checked(value, "the AWS profile's region", UserError);
}

/** As the SDK reads it: ~/.aws/config and ~/.aws/credentials, and on EC2 at last the host's. */
async function regionOfProfile(profile: string | undefined): Promise<string | undefined> {
  // Loaded when needed: it takes longer than most commands' own code.
  const { STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient(profile === undefined ? {} : { profile });
  try {
    return await client.config.region();
  } catch (error) {
    // The SDK checks a region that it finds; whatever else it says means that it found none. An
    // AWS_REGION that is set to nothing keeps it from looking further: that is none as well.
    return /Region not accepted: region="(.+)" is not/s.exec(String(error))?.[1];
  } finally {
    client.destroy();
  }
}

const maxQuoted = 60;

function checked(value: string, source: string, errorClass: typeof UserError): string {
  if (!regionPattern.test(value)) {
    const found = JSON.stringify(value.slice(0, maxQuoted).replace(/[^ -~]/g, "\uFFFD"));
    throw new errorClass(`${source}: expected a region such as us-east-1, found ${found}`, {
      hint: "name a region of AWS, for example --region us-east-1",
    });
  }
  return value;
}
