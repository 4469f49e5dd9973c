/** What is measured, and what costs are computed for. */

/** As in `serverless.yml`: a test holds them to that. */
export const memoryMb = { refresh: 256, dispatch: 160 };
export const timeoutSeconds = { refresh: 90, dispatch: 120 };

export const fleetSizes = [1, 100, 10_000] as const;
export const scheduleMinutes = [1, 10, 60] as const;
