/** What an operation answers: the SDK's output without what the SDK adds itself. */
export type Answer<Output> = Omit<Output, "$metadata">;
