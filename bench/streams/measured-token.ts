/** Issuer and audience of the tokens with which the measured clients sign in. */
export const measuredToken = { issuer: 'https://id.bench', audience: 'bench' } as const;
