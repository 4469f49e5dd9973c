/** What brings a stage to this program's version, and to the config that lies here. */
export function deployCommand(to: { readonly stage: string; readonly region: string }): string {
  return `npx serverless deploy --stage ${to.stage} --region ${to.region}`;
}
