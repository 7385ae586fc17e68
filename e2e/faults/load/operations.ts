// What the clients of a run send. Each mutation has one root field, so that an answer speaks about one effect.

const order = 'order { id status payment { status providerReference } items { quantity product { id } } }';

export const ADD_TO_CART = `mutation Add($productId: ID!, $quantity: Int!) {
  addToCart(productId: $productId, quantity: $quantity) {
    cart { id items { quantity product { id } } }
    userErrors { code message }
  }
}`;

export const CLEAR_CART = 'mutation Clear { clearCart { cart { id items { quantity } } userErrors { code message } } }';

export const READ_CART = '{ cart { id items { quantity product { id } } } }';

export const PLACE_ORDER = `mutation Place($input: PlaceOrderInput!) {
  placeOrder(input: $input) { ${order} userErrors { code message currentGrandTotal { amount } } }
}`;

export const RETRY_PAYMENT = `mutation Retry($orderId: ID!, $key: String!) {
  retryPayment(orderId: $orderId, method: CARD, paymentToken: "sim_approve", idempotencyKey: $key) {
    ${order} userErrors { code message }
  }
}`;

export const CONFIRM_PAYMENT = `mutation ConfirmPayment($orderId: ID!, $reference: String!, $key: String!) {
  confirmPayment(orderId: $orderId, providerReference: $reference, idempotencyKey: $key) {
    ${order} userErrors { code message }
  }
}`;

export const CANCEL_ORDER = `mutation Cancel($orderId: ID!) {
  cancelOrder(orderId: $orderId, reason: CHANGED_MIND) { ${order} userErrors { code message } }
}`;

export const REFUND_ORDER = `mutation Refund($input: RefundOrderInput!) {
  refundOrder(input: $input) { ${order} userErrors { code message } }
}`;

export const UPDATE_STATUS = `mutation Move($input: UpdateStatusInput!) {
  updateStatus(input: $input) { hasChanged event { sequence to } deliveryStatus { status sequence } userErrors { code message } }
}`;

export const ASSIGN_RIDER = `mutation Assign($orderId: ID!, $riderId: ID!) {
  assignRider(orderId: $orderId, riderId: $riderId) { deliveryStatus { sequence } userErrors { code message } }
}`;

export const ADJUST_STOCK = `mutation Adjust($input: AdjustStockInput!) {
  adjustStock(input: $input) { results { productId userErrors { code } } userErrors { code message } }
}`;

export const QUEUE = `{
  deliveryQueue(first: 60) { nodes { orderId status sequence rider { id } } }
  riders(isAvailable: true) { id }
}`;

export const RIDER_QUEUE = '{ deliveryQueue(first: 60) { nodes { orderId status } } }';

export const READ_CODE = 'query Code($orderId: ID!) { deliveryStatus(orderId: $orderId) { handoverCode } }';

export const REPORT_PROGRESS = `mutation Progress($orderId: ID!, $progress: RiderProgress!) {
  reportRiderProgress(orderId: $orderId, progress: $progress) { hasChanged userErrors { code message } }
}`;

export const REPORT_LOCATION = `mutation Location($orderId: ID!, $latitude: Float!, $longitude: Float!) {
  reportRiderLocation(orderId: $orderId, latitude: $latitude, longitude: $longitude) { userErrors { code message } }
}`;

export const FAILED_ATTEMPT = `mutation Attempt($orderId: ID!) {
  recordFailedAttempt(orderId: $orderId, reason: CUSTOMER_UNREACHABLE) { hasChanged userErrors { code message } }
}`;

export const SET_ROLES = `mutation Roles($userId: ID!, $roles: [Role!]!) {
  setUserRoles(userId: $userId, roles: $roles) { user { id } userErrors { code message } }
}`;

export const REGISTER_RIDER = `mutation Rider($userId: ID!, $name: String!) {
  registerRider(userId: $userId, name: $name) { rider { id } userErrors { code message } }
}`;

export const SHELVES = `{
  products(filter: { inStockOnly: true }, sort: NAME_ASC, first: 100) { nodes { id price { amount } } }
}`;

export const TRACK = `subscription Track($orderId: ID!, $afterSequence: Int!) {
  deliveryStatusChanged(orderId: $orderId, afterSequence: $afterSequence) { event { sequence kind from to } }
}`;

export const REGISTER = `mutation Register($input: RegisterInput!) {
  register(input: $input) { session { accessToken user { id } } userErrors { code message } }
}`;

export const LOGIN = `mutation Login($email: String!, $password: String!) {
  login(input: { email: $email, password: $password }) { session { accessToken } userErrors { code message } }
}`;

export const SAVE_ADDRESS = `mutation Address($input: AddressInput!) {
  saveAddress(input: $input) { user { addresses { id } } userErrors { code message } }
}`;

export const CATEGORIES = '{ categories { id children { id } } }';

export const CREATE_PRODUCT = `mutation Create($input: CreateProductInput!) {
  createProduct(input: $input) { product { id } userErrors { code message } }
}`;
