import { type GraphQLResolveInfo, getDirectiveValues } from 'graphql';
import { describeSupergraph } from './federation-case.ts';

type Row = Record<string, unknown>;

/** Says what a field's `@shape` was, as its subgraph understood it. */
function shapeOf(
  _source: Row,
  _arguments: Row,
  _context: unknown,
  { schema, fieldNodes, variableValues }: GraphQLResolveInfo,
): string {
  const directive = schema.getDirective('shape');
  const [node] = fieldNodes;
  const values = directive && node && getDirectiveValues(directive, node, variableValues);
  return values ? `${values['size']}/${values['unit']}` : 'plain';
}

const link = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@composeDirective"])`;
const box = { Query: { box: () => ({ id: 'b1' }) }, Box: { front: shapeOf } };
const lid = { Box: { __resolveReference: (reference: Row) => reference, back: shapeOf } };

describeSupergraph(
  'a directive for clients, composed from a specification of its own',
  {
    box: {
      typeDefs: `${link} @link(url: "https://specs.test/shape/v1.0", import: ["@shape"]) @composeDirective(name: "@shape")
        directive @shape(size: Size!, unit: String) on FIELD | INLINE_FRAGMENT
        enum Size { SMALL LARGE }
        type Query { box: Box }
        type Box @key(fields: "id") { id: ID! front: String }`,
      resolvers: box,
    },
    lid: {
      typeDefs: `${link} @link(url: "https://specs.test/shape/v1.1", import: ["@shape"]) @composeDirective(name: "@shape")
        directive @shape(size: Size! = LARGE, unit: String = "cm") on FIELD | INLINE_FRAGMENT
        enum Size { SMALL LARGE }
        type Box @key(fields: "id") { id: ID! back: String }`,
      resolvers: lid,
    },
  },
  [
    {
      name: 'reaches each subgraph with the defaults that the client sees, where a subgraph has none itself',
      query: '{ box { front @shape back @shape } }',
      data: { box: { front: 'LARGE/cm', back: 'LARGE/cm' } },
    },
    {
      name: 'keeps what the client gives, from variables and inside fragments too',
      query: `query ($s: Size!) {
        box { front @shape(size: $s) ...B ... @shape { id } }
      }
      fragment B on Box { back @shape(unit: null, size: $s) far: back @shape(size: SMALL, unit: "m") }`,
      variables: { s: 'SMALL' },
      data: { box: { front: 'SMALL/cm', back: 'SMALL/null', far: 'SMALL/m', id: 'b1' } },
    },
    {
      name: 'is validated against its definition',
      query: '{ box @shape(size: HUGE) { id } }',
      data: null,
      errors: [' GRAPHQL_VALIDATION_FAILED'],
    },
  ],
);

describeSupergraph(
  'a directive for clients under another name, and one that also describes the schema',
  {
    box: {
      typeDefs: `${link}
          @link(url: "https://specs.test/shape/v1.0", as: "look", import: [{ name: "@shape", as: "@cut" }])
          @link(url: "https://specs.test/owner/v1.0", import: ["@owner"])
          @composeDirective(name: "@cut") @composeDirective(name: "@owner")
        directive @cut(size: Int = 3) on FIELD
        directive @owner(team: String) on FIELD | OBJECT
        type Query { box: Box }
        type Box @key(fields: "id") @owner(team: "a") { id: ID! }`,
      resolvers: { Query: { box: () => ({ id: 'b1' }) } },
    },
  },
  [
    { name: 'the renamed one is known', query: '{ box { id @cut } }', data: { box: { id: 'b1' } } },
    {
      name: 'the other stays the affair of composition',
      query: '{ box { id @owner(team: "b") } }',
      data: null,
      errors: [' GRAPHQL_VALIDATION_FAILED'],
    },
  ],
);

const everywhere = `directive @shape(size: Int! = 1, unit: String = "cm") on FIELD`;

describeSupergraph(
  'a directive for clients that every subgraph defines alike',
  {
    box: {
      typeDefs: `${link} ${everywhere} type Query { box: Box } type Box @key(fields: "id") { id: ID! front: String }`,
      resolvers: box,
    },
    lid: { typeDefs: `${link} ${everywhere} type Box @key(fields: "id") { id: ID! back: String }`, resolvers: lid },
  },
  [
    {
      name: 'reaches the subgraph whose field it stands on',
      query: '{ box { front @shape(size: 2) back @shape } }',
      data: { box: { front: '2/cm', back: '1/cm' } },
    },
  ],
);
