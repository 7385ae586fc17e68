export { type OrdersConfig, type PaymentsConfig, readOrdersConfig } from './config.ts';
export { createOrdersService, type OrdersOptions, type OrdersService } from './service.ts';
