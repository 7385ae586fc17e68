import type { MongoClient } from 'mongodb';
import type { Shopper } from '../support/shop-client.ts';
import type { ContractRecorder } from './contract-recorder.ts';

/** What every part of the contract's play works with. */
export interface Stage {
  readonly recorder: ContractRecorder;
  readonly url: string;
  readonly socketUrl: string;
  readonly dataDirectory: string;
  /** The shop's own database, to let time pass in it. */
  readonly database: MongoClient;
  readonly operator: Shopper;
  readonly admin: Shopper;
  readonly rider: Shopper;
}
