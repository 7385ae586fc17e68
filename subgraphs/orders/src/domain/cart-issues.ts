import type { Fees } from './bill.ts';
import { type Cart, checkQuantity, type ProductSnapshot } from './cart.ts';
import { type Coupon, couponRefusal } from './coupon.ts';
import type { RefusalCode } from './refusal.ts';
import { isServiceable } from './serviceability.ts';

export type CartIssueCode =
  | 'PRICE_CHANGED'
  | 'OUT_OF_STOCK'
  | 'INSUFFICIENT_STOCK'
  | 'PRODUCT_UNAVAILABLE'
  | 'LIMIT_EXCEEDED'
  | 'BELOW_MINIMUM_ORDER'
  | 'COUPON_NOT_APPLICABLE'
  | 'NOT_SERVICEABLE';

export interface CartIssue {
  readonly code: CartIssueCode;
  readonly message: string;
  readonly itemId: string | null;
  readonly isBlocking: boolean;
  readonly availableQuantity: number | null;
}

const lineCodes: Partial<Record<RefusalCode, CartIssueCode>> = {
  OUT_OF_STOCK: 'OUT_OF_STOCK',
  INSUFFICIENT_STOCK: 'INSUFFICIENT_STOCK',
  PRODUCT_UNAVAILABLE: 'PRODUCT_UNAVAILABLE',
  LIMIT_EXCEEDED: 'LIMIT_EXCEEDED',
};

/** What would stop or change a checkout of this cart now, by line first, then for the whole. */
export function findCartIssues(
  cart: Cart,
  facts: {
    products: ReadonlyMap<string, ProductSnapshot>;
    /** The coupon behind the cart's code; null when it is gone. */
    coupon: Coupon | null;
    fees: Fees;
    /** Pincode of the customer's last order; null when unknown. */
    lastPincode: string | null;
    served: readonly string[];
    now: Date;
  },
): readonly CartIssue[] {
  const issues = cart.items.flatMap((line) => lineIssues(line, facts.products.get(line.productId) ?? null));
  const lines = cart.items.flatMap((line) => {
    const product = facts.products.get(line.productId);
    return product ? [{ categoryId: product.categoryId, unitPrice: product.price, quantity: line.quantity }] : [];
  });
  const subtotal = lines.reduce((sum, line) => sum + line.unitPrice * line.quantity, 0);
  if (cart.items.length && subtotal < facts.fees.minimumOrderMinor) {
    const missing = ((facts.fees.minimumOrderMinor - subtotal) / 100).toFixed(2);
    issues.push(issue('BELOW_MINIMUM_ORDER', `Add items for ₹${missing} more to order.`, true));
  }
  if (cart.couponCode) {
    const refused = couponRefusal(facts.coupon, { customerId: cart.ownerId, lines, now: facts.now });
    if (refused) issues.push(issue('COUPON_NOT_APPLICABLE', refused.message, true));
  }
  if (facts.lastPincode !== null && !isServiceable(facts.lastPincode, facts.served)) {
    issues.push(
      issue('NOT_SERVICEABLE', `We do not deliver to ${facts.lastPincode} now; choose another address.`, false),
    );
  }
  return issues;
}

function lineIssues(line: Cart['items'][number], product: ProductSnapshot | null): CartIssue[] {
  const issues: CartIssue[] = [];
  const checked = checkQuantity(product, line.quantity, line._id);
  if (!checked.ok) {
    const { code, message, availableQuantity } = checked.refusal;
    issues.push(issue(lineCodes[code] ?? 'PRODUCT_UNAVAILABLE', message, true, line._id, availableQuantity ?? null));
  }
  if (product?.isActive && product.price !== line.unitPriceWhenAdded) {
    const message = `The price of ${product.name} has changed since you added it.`;
    issues.push(issue('PRICE_CHANGED', message, false, line._id));
  }
  return issues;
}

const issue = (
  code: CartIssueCode,
  message: string,
  isBlocking: boolean,
  itemId: string | null = null,
  availableQuantity: number | null = null,
): CartIssue => ({ code, message, itemId, isBlocking, availableQuantity });
