import type { EnvReader } from '@swiftcart/service';
import type { EstimateModel } from './domain/estimate.ts';

/** The delivery subgraph's own settings, typed. Every one has a default. */
export interface DeliverySettings {
  /** Parcels a rider may have at once. */
  readonly riderMaxActive: number;
  /** Whether packed parcels without a rider get one by themselves. */
  readonly autoAssignRiders: boolean;
  /** How often live streams look for changes that no message told them of. */
  readonly streamPollMs: number;
  /** How long a stream waits for an order's record before it ends with NOT_FOUND. */
  readonly streamWaitMs: number;
  /** Between two rounds of housekeeping: stale claims, overdue estimates. */
  readonly housekeepingMs: number;
  /** Between two rounds of automatic assignment. */
  readonly autoAssignMs: number;
  /** Whether recent events are told again after a start: for a bus that forgets what it holds when its process dies. */
  readonly announceAgainOnStart: boolean;
  readonly model: EstimateModel;
}

/** Reads the settings; problems are collected in the reader, whose owner calls `assertValid`. */
export function readDeliveryConfig(env: EnvReader): DeliverySettings {
  const seconds = (name: string, fallback: number) => env.integer(name, { default: fallback, min: 0, max: 86_400 });
  return {
    riderMaxActive: env.integer('RIDER_MAX_ACTIVE', { default: 2, min: 1, max: 100 }),
    autoAssignRiders: env.flag('AUTO_ASSIGN_RIDERS', { default: false }),
    streamPollMs: env.integer('STREAM_POLL_MS', { default: 2_000, min: 50, max: 60_000 }),
    streamWaitMs: env.integer('STREAM_WAIT_MS', { default: 10_000, min: 100, max: 60_000 }),
    housekeepingMs: env.integer('DELIVERY_HOUSEKEEPING_MS', { default: 15_000, min: 100, max: 600_000 }),
    autoAssignMs: env.integer('AUTO_ASSIGN_MS', { default: 1_000, min: 50, max: 60_000 }),
    announceAgainOnStart: env.optionalString('REDIS_URL') === undefined,
    model: {
      store: readPlace(env, 'STORE_LOCATION', { latitude: 12.9716, longitude: 77.5946 }),
      promiseSeconds: env.integer('DELIVERY_PROMISE_MINUTES', { default: 10, min: 1, max: 1_440 }) * 60,
      packBaseSeconds: seconds('PACK_BASE_SECONDS', 90),
      packSecondsPerItem: seconds('PACK_SECONDS_PER_ITEM', 8),
      dispatchSeconds: seconds('DISPATCH_SECONDS', 60),
      rideMetresPerSecond: env.integer('RIDE_METRES_PER_SECOND', { default: 6, min: 1, max: 40 }),
      detourFactor: 1.4,
      handoverSeconds: seconds('HANDOVER_SECONDS', 60),
      defaultRideSeconds: seconds('DEFAULT_RIDE_SECONDS', 300),
      maxRideSeconds: seconds('MAX_RIDE_SECONDS', 3_600),
    },
  };
}

/** `latitude,longitude` in degrees. */
function readPlace(env: EnvReader, name: string, fallback: EstimateModel['store']): EstimateModel['store'] {
  const entries = env.list(name, { default: [] });
  if (entries.length === 0) return fallback;
  const [latitude, longitude] = entries.map(Number);
  const isPlace =
    entries.length === 2 && Math.abs(latitude ?? Number.NaN) <= 90 && Math.abs(longitude ?? Number.NaN) <= 180;
  if (isPlace && latitude !== undefined && longitude !== undefined) return { latitude, longitude };
  env.problem(`${name} must be latitude,longitude in degrees, for example 12.9716,77.5946`);
  return fallback;
}
