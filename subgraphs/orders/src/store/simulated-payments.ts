import { type Connection, Schema } from 'mongoose';
import { collectionOptions, duplicateFieldsOf, instant, part, text, textOrNull, whole } from './field-types.ts';

export type SimulatedState = 'created' | 'needsCustomer' | 'authorized' | 'captured' | 'declined' | 'cancelled';

/** One payment as the pretended provider's own books hold it. Amounts in minor units. */
export interface SimulatedPayment {
  /** The provider's reference, `sim_...`. */
  readonly _id: string;
  readonly key: string;
  readonly orderId: string;
  readonly amount: number;
  readonly token: string;
  readonly state: SimulatedState;
  readonly clientSecret: string;
  readonly failureReason: string | null;
  readonly refunds: readonly { readonly key: string; readonly amount: number }[];
  readonly refundedAmount: number;
  readonly createdAt: Date;
}

const schema = new Schema<SimulatedPayment>(
  {
    _id: text,
    key: text,
    orderId: text,
    amount: whole,
    token: text,
    state: text,
    clientSecret: text,
    failureReason: textOrNull,
    refunds: [part({ key: text, amount: whole })],
    refundedAmount: whole,
    createdAt: instant,
  },
  { ...collectionOptions, collection: 'simulated_payments' },
);
schema.index({ key: 1 }, { unique: true });
schema.index({ orderId: 1 });

export type SimulatedPaymentStore = ReturnType<typeof createSimulatedPaymentStore>;

/** The pretended provider's ledger: it outlives a killed process, as a real provider's would. */
export function createSimulatedPaymentStore(connection: Connection) {
  const model = connection.model<SimulatedPayment>('SimulatedPayment', schema);
  return {
    model,
    find: (reference: string) => model.findOne({ _id: reference }).lean<SimulatedPayment>().exec(),
    findByKey: (key: string) => model.findOne({ key }).lean<SimulatedPayment>().exec(),
    async insert(payment: SimulatedPayment): Promise<boolean> {
      try {
        await model.create(payment);
        return true;
      } catch (error) {
        duplicateFieldsOf(error);
        return false;
      }
    },
    /** Null when the payment is in none of the states it may leave. */
    move: (
      reference: string,
      from: readonly SimulatedState[],
      to: SimulatedState,
      failureReason: string | null = null,
    ) =>
      model
        .findOneAndUpdate(
          { _id: reference, state: { $in: from } },
          { $set: { state: to, failureReason } },
          { returnDocument: 'after' },
        )
        .lean<SimulatedPayment>()
        .exec(),
    /** Null when it would give back more than was captured, or the key has been refunded already. */
    refund: (payment: SimulatedPayment, refund: { key: string; amount: number }) =>
      model
        .findOneAndUpdate(
          {
            _id: payment._id,
            state: 'captured',
            'refunds.key': { $ne: refund.key },
            refundedAmount: { $lte: payment.amount - refund.amount },
          },
          { $push: { refunds: refund }, $inc: { refundedAmount: refund.amount } },
          { returnDocument: 'after' },
        )
        .lean<SimulatedPayment>()
        .exec(),
  };
}
