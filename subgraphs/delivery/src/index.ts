export { type DeliverySettings, readDeliveryConfig } from './config.ts';
export { createDeliveryService, type DeliveryOptions, type DeliveryService } from './service.ts';
