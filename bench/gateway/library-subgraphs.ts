import { buildSubgraph, createLogger, type LocalSubgraph } from '@swiftcart/service';

/** Names of the subgraphs with their SDL, resolvers over data that is computed from numbers. */
export interface LibrarySubgraph {
  readonly name: string;
  readonly typeDefs: string;
  readonly resolvers: object;
}

const bookCount = 27;
const readerCount = 20;
const reviewsPerReader = 4;
const reviewsPerBook = 3;
/** Distinct shelves a client can ask for: the same amount of work, other data. */
export const shelfCount = 40;

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])\n`;
const idOf = (reference: { id: string }) => reference.id;
const numberOf = (id: string) => Number(id.split('-')[1]);
const shelfOf = (id: string) => Number(id.split('-')[0]);
const range = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index));

/** Ids are `shelf-number`, so that every shelf has readers, books and reviews of its own. */
const review = (shelf: number, reader: number, turn: number) => {
  const book = (reader * 7 + turn * 5) % bookCount;
  return {
    id: `${shelf}-${reader * reviewsPerReader + turn}`,
    text: `Read on a train, shelf ${shelf}, by reader ${reader}: chapter ${turn + 1} stays with you.`,
    book: { __typename: 'Book', id: `${shelf}-${book}` },
    reader: { __typename: 'Reader', id: `${shelf}-${reader}` },
  };
};

/** Four subgraphs with people, books, reviews between them, and shipping that is computed from a book's weight. */
export const librarySubgraphs: readonly LibrarySubgraph[] = [
  {
    name: 'readers',
    typeDefs: `${link}
      type Query { readers(shelf: Int!): [Reader!] }
      type Reader @key(fields: "id") { id: ID! name: String! city: String }`,
    resolvers: {
      Query: {
        readers: (_: unknown, { shelf }: { shelf: number }) => range(9, (index) => ({ id: `${shelf}-${index * 2}` })),
      },
      Reader: {
        __resolveReference: (reference: object) => reference,
        name: (reader: { id: string }) => `Reader ${idOf(reader)}`,
        city: (reader: { id: string }) => ['Bengaluru', 'Mysuru', 'Hubballi'][numberOf(idOf(reader)) % 3],
      },
    },
  },
  {
    name: 'books',
    typeDefs: `${link}
      type Query { topBooks(shelf: Int!): [Book!] }
      type Book @key(fields: "id") { id: ID! title: String! price: Int weight: Int }`,
    resolvers: {
      Query: {
        topBooks: (_: unknown, { shelf }: { shelf: number }) => range(5, (index) => ({ id: `${shelf}-${index}` })),
      },
      Book: {
        __resolveReference: (reference: object) => reference,
        title: (book: { id: string }) => `The book numbered ${idOf(book)}`,
        price: (book: { id: string }) => 10_000 + numberOf(idOf(book)) * 100,
        weight: (book: { id: string }) => 200 + numberOf(idOf(book)),
      },
    },
  },
  {
    name: 'reviews',
    typeDefs: `${link}
      type Query { latestReview: Review }
      type Review { id: ID! text: String! book: Book! reader: Reader! }
      type Book @key(fields: "id") { id: ID! reviews: [Review!]! }
      type Reader @key(fields: "id") { id: ID! reviews: [Review!]! }`,
    resolvers: {
      Query: { latestReview: () => review(0, 0, 0) },
      Reader: {
        __resolveReference: (reference: object) => reference,
        reviews: (reader: { id: string }) =>
          range(reviewsPerReader, (turn) => review(shelfOf(idOf(reader)), numberOf(idOf(reader)), turn)),
      },
      Book: {
        __resolveReference: (reference: object) => reference,
        reviews: (book: { id: string }) =>
          range(reviewsPerBook, (turn) =>
            review(shelfOf(idOf(book)), (numberOf(idOf(book)) * 3 + turn * 4) % readerCount, turn),
          ),
      },
    },
  },
  {
    name: 'stock',
    typeDefs: `${link}
      type Query { isOpen: Boolean }
      type Book @key(fields: "id") {
        id: ID!
        price: Int @external
        weight: Int @external
        isInStock: Boolean
        shipping: Int @requires(fields: "price weight")
      }`,
    resolvers: {
      Query: { isOpen: () => true },
      Book: {
        __resolveReference: (reference: object) => reference,
        isInStock: (book: { id: string }) => numberOf(idOf(book)) % 4 !== 0,
        shipping: ({ price, weight }: { price?: number; weight?: number }) =>
          price === undefined || weight === undefined ? null : price > 12_000 ? 0 : weight * 2,
      },
    },
  },
];

/** One of the subgraphs, ready to be served or to run in a gateway's process. */
export function createLibrarySubgraph({ name, typeDefs, resolvers }: LibrarySubgraph): LocalSubgraph {
  return {
    name,
    schema: buildSubgraph({ typeDefs, resolvers }),
    createContext: async () => ({}),
    logger: createLogger({ name, level: 'warn' }),
  };
}

/** Some 85 kB of answer; books are met again and again, under several paths. */
export const libraryQuery = `query Library($shelf: Int!) {
  readers(shelf: $shelf) {
    id
    name
    reviews {
      id
      text
      book {
        ...BookLine
        reviews {
          id
          text
          reader { id name city reviews { id book { ...BookLine } } }
        }
      }
    }
  }
  topBooks(shelf: $shelf) { ...BookLine reviews { id text reader { id name } } }
}
fragment BookLine on Book { id title price isInStock shipping }`;
