const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`;

export const statusTypeDefs = `${link}
  type Query { status: Int }
  type Subscription { changed(afterPosition: Int): Change! }
  type Change { event: Event! subject: Subject }
  type Event { position: Int! text: String! }
  type Subject @key(fields: "id") { id: ID! }`;

/** The same subgraphs in their next version: composed, it makes another supergraph with the same streams. */
export const nextDetailsTypeDefs = `${link}
  type Query { details: Int }
  type Subject @key(fields: "id") { id: ID! label: String extra: String }`;

export const detailsTypeDefs = nextDetailsTypeDefs;

export const firstDetailsTypeDefs = nextDetailsTypeDefs.replace(' extra: String', '');
