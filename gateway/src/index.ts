export type { Revocation, RevocationSource } from './auth/revoked-sessions.ts';
export type { SupergraphSource } from './composition/graph-store.ts';
export { type GatewayConfig, readGatewayConfig } from './config.ts';
export { gatewayLimits, type Limits } from './limits/limits.ts';
export { createGateway, type Gateway, type GatewayAuth, type GatewayOptions } from './service.ts';
