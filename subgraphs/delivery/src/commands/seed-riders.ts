import type { CommandTools } from './command-context.ts';
import { newRider } from './register-rider.ts';

/** The demo account's rider and three more, all on shift (rules.md, "Defaults"). */
const seededRiders = [
  {
    id: 'rid_demo',
    userId: 'usr_demo_rider',
    name: 'Ravi Kumar',
    phone: '+919800000001',
    vehicle: 'Electric scooter',
    rating: 4.9,
  },
  {
    id: 'rid_demo_2',
    userId: 'usr_demo_rider_2',
    name: 'Meena Pillai',
    phone: '+919800000002',
    vehicle: 'Scooter',
    rating: 4.8,
  },
  {
    id: 'rid_demo_3',
    userId: 'usr_demo_rider_3',
    name: 'Imran Sheikh',
    phone: '+919800000003',
    vehicle: 'Motorcycle',
    rating: 4.6,
  },
  {
    id: 'rid_demo_4',
    userId: 'usr_demo_rider_4',
    name: 'Lakshmi Gowda',
    phone: '+919800000004',
    vehicle: 'Bicycle',
    rating: 4.7,
  },
];

/** Adds the demo riders that are missing; those there keep their shifts and loads. Never in production. */
export async function seedRiders(tools: CommandTools): Promise<void> {
  for (const { id, userId, rating, ...details } of seededRiders) {
    await tools.store.riders.insert({ ...newRider(userId, details, tools.now(), id), rating });
  }
}
