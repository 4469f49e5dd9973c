/** To what the stack's parts are set, where code goes by it as well. */

/** Lambda's limit for one sweep, as in `serverless.yml`. */
export const refreshTimeoutSeconds = 90;

/** How often the queue delivers a message before it is a dead letter. */
export const maxReceiveCount = 5;
