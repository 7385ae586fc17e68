export { demoAccounts } from './commands/seed-demo-accounts.ts';
export { readUsersConfig, type UsersConfig } from './config.ts';
export { createUsersService, type UsersOptions, type UsersService } from './service.ts';
