import { resolve } from 'node:path';
import type { EnvReader } from '@swiftcart/service';

/** What one process that runs the whole shop needs to know; the parts' own settings are read by the parts. */
export interface ShopConfig {
  readonly isProduction: boolean;
  readonly host: string;
  /** The gateway's port; 0 lets the system choose. With five ports the subgraphs take the next four. */
  readonly port: number;
  readonly logLevel: string;
  readonly dataDirectory: string;
  /** Absent: the embedded database in `dataDirectory`. */
  readonly mongodbUri: string | undefined;
  /** Absent: events stay in this process. */
  readonly redisUrl: string | undefined;
  readonly jwtPrivateKey: string | undefined;
  readonly servicePrivateKey: string | undefined;
  /** Present when a catalogue and demo accounts are to be seeded; the accounts' password. */
  readonly demoPassword: string | undefined;
  readonly isSimulatingDeliveries: boolean;
  readonly simulationSecondsPerStep: number;
}

const DEFAULT_DEMO_PASSWORD = 'swiftcart-demo-1';
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** Reads the shop's own variables. Contradictions are collected as problems that name both variables. */
export function readShopConfig(env: EnvReader): ShopConfig {
  const isProduction = env.string('NODE_ENV', { default: 'development' }) === 'production';
  const host = env.string('HOST', { default: isProduction ? '0.0.0.0' : '127.0.0.1' });
  const explicitPassword = env.optionalString('DEMO_PASSWORD') || undefined;
  const isSeeding = env.flag('SEED', { default: !isProduction });
  if (isProduction && isSeeding) {
    env.problem('SEED=1 and NODE_ENV=production contradict each other: in production nothing is seeded.');
  }
  // A password that stands in the README must not open accounts to a whole network.
  if (isSeeding && !LOOPBACK.includes(host) && !explicitPassword) {
    env.problem(`HOST=${host} opens the demo accounts to others: set DEMO_PASSWORD to one of your own, or SEED=0.`);
  }
  return {
    isProduction,
    host,
    port: env.integer('PORT', { default: 4000, min: 0, max: 65_531 }),
    logLevel: env.string('LOG_LEVEL', { default: 'info' }),
    dataDirectory: resolve(env.string('DATA_DIR', { default: '.data' })),
    mongodbUri: env.optionalUrl('MONGODB_URI', { protocols: ['mongodb', 'mongodb+srv'] }),
    redisUrl: env.optionalUrl('REDIS_URL', { protocols: ['redis', 'rediss'] }),
    jwtPrivateKey: env.optionalString('JWT_PRIVATE_KEY'),
    servicePrivateKey: env.optionalString('SERVICE_PRIVATE_KEY'),
    demoPassword: isSeeding ? (explicitPassword ?? DEFAULT_DEMO_PASSWORD) : undefined,
    isSimulatingDeliveries: env.flag('SIMULATE_DELIVERIES', { default: false }),
    simulationSecondsPerStep: env.integer('SIMULATE_SECONDS_PER_STEP', { default: 15, min: 1, max: 3600 }),
  };
}
