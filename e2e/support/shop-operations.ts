// The operations a shopper's and an operator's screens send, as the tests play them.

export const SEARCH = `query Search($search: String, $first: Int) {
  products(search: $search, first: $first, filter: { inStockOnly: true }) {
    nodes { id sku name slug price { amount } availability }
    totalCount
  }
}`;

export const ADD_TO_CART = `mutation AddToCart($productId: ID!, $quantity: Int) {
  addToCart(productId: $productId, quantity: $quantity) {
    cart { id guestToken totalQuantity subtotal { amount } items { id quantity product { id sku } } }
    userErrors { code field message availableQuantity }
  }
}`;

export const CART = `query Cart {
  cart { id totalQuantity subtotal { amount } items { id quantity product { id name } lineTotal { amount } } issues { code isBlocking } }
}`;

export const MERGE_CART = `mutation Merge($token: String!) {
  mergeCart(guestCartToken: $token) { cart { id totalQuantity subtotal { amount } } userErrors { code message } }
}`;

export const REGISTER = `mutation Register($input: RegisterInput!) {
  register(input: $input) { session { accessToken refreshToken user { id name } } userErrors { code message field } }
}`;

export const LOGIN = `mutation Login($email: String!, $password: String!) {
  login(input: { email: $email, password: $password }) {
    session { accessToken refreshToken user { id roles defaultAddress { id } } }
    userErrors { code message }
  }
}`;

export const SAVE_ADDRESS = `mutation SaveAddress($input: AddressInput!) {
  saveAddress(input: $input) { user { addresses { id isDefault } } userErrors { code message field } }
}`;

export const QUOTE = `query Quote($addressId: ID!) { quote(addressId: $addressId) { itemTotal { amount } deliveryFee { amount } handlingFee { amount } grandTotal { amount } } }`;

export const PLACE_ORDER = `mutation PlaceOrder($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    order { id number status bill { grandTotal { amount } } payment { method status } items { quantity productName } }
    userErrors { code message productId availableQuantity currentGrandTotal { amount } }
  }
}`;

export const TRACK = `subscription Track($orderId: ID!, $afterSequence: Int) {
  deliveryStatusChanged(orderId: $orderId, afterSequence: $afterSequence) {
    event { sequence kind from to }
    deliveryStatus { status order { number items { productName product { name price { formatted } } } customer { name } } }
  }
}`;

export const UPDATE_STATUS = `mutation UpdateStatus($input: UpdateStatusInput!) {
  updateStatus(input: $input) {
    hasChanged
    event { sequence to }
    deliveryStatus { status sequence }
    userErrors { code message currentStatus allowed }
  }
}`;

export const ASSIGN_RIDER = `mutation Assign($orderId: ID!, $riderId: ID!) {
  assignRider(orderId: $orderId, riderId: $riderId) { deliveryStatus { rider { id name } } userErrors { code message } }
}`;

export const QUEUE = `query Queue { deliveryQueue(first: 50) { nodes { orderId status order { number } } } riders(isAvailable: true) { id name } }`;

export const ORDER = `query Order($id: ID!) {
  order(id: $id) {
    id number status customerId
    items { productName quantity lineTotal { amount } }
    bill { grandTotal { amount } }
    deliveryStatus { status sequence handoverCode timeline { sequence to } }
  }
}`;

export const HISTORY = `query History { me { id name orders(first: 10) { nodes { id number status deliveryStatus { status } } } } cart { totalQuantity } }`;

export const STOCK = `query Stock($id: ID!) { product(id: $id) { stock { onHand reserved available } } }`;

export const CANCEL_ORDER = `mutation Cancel($orderId: ID!) {
  cancelOrder(orderId: $orderId, reason: CHANGED_MIND) { order { id status } userErrors { code message } }
}`;
