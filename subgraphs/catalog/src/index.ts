export { type CatalogConfig, readCatalogConfig } from './config.ts';
export { type CatalogOptions, type CatalogService, createCatalogService } from './service.ts';
