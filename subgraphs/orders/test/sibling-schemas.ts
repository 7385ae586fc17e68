/** The fields of the siblings that orders calls, as the design's contracts spell them. */
export const catalogSchema = `
  scalar DateTime
  type Money { amount: Int! currency: String! formatted: String! }
  type Query { productSnapshots(ids: [ID!]!): [ProductSnapshot]! }
  type Mutation {
    reserveStock(orderId: ID!, lines: [StockLineInput!]!, expiresAt: DateTime!): ReserveStockPayload!
    commitStock(orderId: ID!): ReserveStockPayload!
    releaseStock(orderId: ID!): ReserveStockPayload!
    settleStock(orderId: ID!): ReserveStockPayload!
  }
  input StockLineInput { productId: ID! quantity: Int! }
  type ReserveStockPayload { isReserved: Boolean! lines: [ReservedLine!]! userErrors: [CatalogError!]! }
  type ReservedLine { productId: ID! sku: String! name: String! packLabel: String! imageUrl: String categoryId: ID! unitPrice: Money! mrp: Money! quantity: Int! }
  type ProductSnapshot { productId: ID! sku: String! name: String! packLabel: String! imageUrl: String categoryId: ID! price: Money! mrp: Money! maxPerOrder: Int! isActive: Boolean! availableQuantity: Int! }
  type CatalogError { message: String! field: [String!] code: CatalogErrorCode! productId: ID availableQuantity: Int }
  enum CatalogErrorCode { INVALID NOT_FOUND SKU_TAKEN SLUG_TAKEN PRICE_ABOVE_MRP VERSION_CONFLICT INSUFFICIENT_STOCK LIMIT_EXCEEDED }
`;

export const usersSchema = `
  type Query { addressOf(customerId: ID!, addressId: ID!): Address }
  type Address { id: ID! label: String! recipientName: String! line1: String! line2: String city: String! pincode: String! landmark: String latitude: Float longitude: Float isDefault: Boolean! }
`;

export const deliverySchema = `
  type Query { ping: Boolean }
  type Mutation { cancelDelivery(orderId: ID!, actorKind: DeliveryActorKind!, actorId: ID, reason: String!): CancelDeliveryPayload! }
  type CancelDeliveryPayload { isCancelled: Boolean! status: DeliveryState! }
  enum DeliveryActorKind { CUSTOMER OPERATOR RIDER SYSTEM }
  enum DeliveryState { PLACED PACKED OUT_FOR_DELIVERY DELIVERED CANCELLED }
`;
