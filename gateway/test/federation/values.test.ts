import { byKey, describeSupergraph } from './federation-case.ts';

type Row = Record<string, unknown>;

describeSupergraph(
  'enums and inputs that subgraphs share in part',
  {
    a: {
      typeDefs: `
        type Query { status: Status byStatus(status: Place): String echo(input: Range): String }
        enum Status { OPEN CLOSED } enum Place { HERE THERE NOWHERE }
        input Range { from: Int! to: Int = 9 step: Int }`,
      resolvers: {
        Query: {
          status: () => 'OPEN',
          byStatus: (_: unknown, { status }: Row) => status,
          echo: (_: unknown, { input }: Row) => JSON.stringify(input),
        },
      },
    },
    b: {
      typeDefs: `
        type Query { other: Status place(place: Place): String span(input: Range): String }
        enum Status { OPEN LATE } enum Place { HERE THERE }
        input Range { from: Int! to: Int = 9 }`,
      resolvers: {
        Query: {
          other: () => 'LATE',
          place: (_: unknown, { place }: Row) => place,
          span: (_: unknown, { input }: Row) => JSON.stringify(input),
        },
      },
    },
  },
  [
    {
      name: 'an enum that is only returned has all values',
      query: '{ status other }',
      data: { status: 'OPEN', other: 'LATE' },
    },
    {
      name: 'an enum that is only taken has the common values',
      query: '{ byStatus(status: NOWHERE) }',
      data: null,
      errors: [' GRAPHQL_VALIDATION_FAILED'],
    },
    {
      name: 'and takes those',
      query: 'query ($p: Place) { byStatus(status: $p) place(place: $p) }',
      variables: { p: 'THERE' },
      data: { byStatus: 'THERE', place: 'THERE' },
    },
    {
      name: 'an input has the common fields',
      query: '{ echo(input: { from: 1, step: 2 }) }',
      data: null,
      errors: [' GRAPHQL_VALIDATION_FAILED'],
    },
    { name: 'and their defaults', query: '{ echo(input: { from: 1 }) }', data: { echo: '{"from":1,"to":9}' } },
    {
      name: 'required input fields are required',
      query: 'query ($r: Range) { span(input: $r) }',
      variables: { r: { to: 1 } },
      data: null,
      errors: [' BAD_USER_INPUT'],
    },
    {
      name: 'a wrong enum value in a variable',
      query: 'query ($p: Place) { place(place: $p) }',
      variables: { p: 'MOON' },
      data: null,
      errors: [' BAD_USER_INPUT'],
    },
  ],
);

describeSupergraph(
  'arguments, variables and scalars',
  {
    a: {
      typeDefs: `
        scalar JSON scalar Instant
        type Query { item(id: ID! = "1"): Item same(value: JSON): JSON list(values: [Int!]): [Int!] number(value: Float): Float }
        type Item @key(fields: "id") { id: ID! at: Instant data: JSON }`,
      resolvers: {
        Query: {
          item: (_: unknown, { id }: Row) => ({ id, at: '2030-01-01', data: { a: [1, { b: null }] } }),
          same: (_: unknown, { value }: Row) => value,
          list: (_: unknown, { values }: Row) => values,
          number: (_: unknown, { value }: Row) => value,
        },
        Item: { __resolveReference: byKey([{ id: '1', at: '2030-01-01', data: {} }]) },
      },
    },
    b: {
      typeDefs: `type Item @key(fields: "id") { id: ID! scaled(by: Int! = 2, unit: Unit): String } enum Unit { CM M }`,
      resolvers: {
        Item: {
          __resolveReference: (reference: Row) => reference,
          scaled: ({ id }: Row, { by, unit }: Row) => `${Number(id) * Number(by)}${unit ?? ''}`,
        },
      },
    },
  },
  [
    { name: 'a default argument', query: '{ item { id } }', data: { item: { id: '1' } } },
    {
      name: 'a default argument of a joined field',
      query: '{ item(id: "3") { scaled } }',
      data: { item: { scaled: '6' } },
    },
    {
      name: 'variables reach joined fields',
      query: 'query ($id: ID!, $by: Int!, $u: Unit) { item(id: $id) { scaled(by: $by, unit: $u) } }',
      variables: { id: '3', by: 5, u: 'CM' },
      data: { item: { scaled: '15CM' } },
    },
    {
      name: 'a default of a variable',
      query: 'query ($by: Int! = 7) { item { scaled(by: $by) } }',
      data: { item: { scaled: '7' } },
    },
    {
      name: 'one field twice with different arguments',
      query: '{ item { a: scaled(by: 1) b: scaled(by: 10, unit: M) } }',
      data: { item: { a: '1', b: '10M' } },
    },
    {
      name: 'custom scalars pass as they are',
      query: '{ item { at data } }',
      data: { item: { at: '2030-01-01', data: { a: [1, { b: null }] } } },
    },
    {
      name: 'custom scalars as input',
      query: 'query ($v: JSON) { same(value: $v) }',
      variables: { v: { x: [true, null] } },
      data: { same: { x: [true, null] } },
    },
    {
      name: 'a single value where a list is taken',
      query: 'query ($v: [Int!]) { list(values: $v) direct: list(values: 4) }',
      variables: { v: [1, 2] },
      data: { list: [1, 2], direct: [4] },
    },
    { name: 'an integer where a float is taken', query: '{ number(value: 3) }', data: { number: 3 } },
    {
      name: 'null where a value may be null',
      query: 'query ($v: [Int!]) { list(values: $v) }',
      variables: { v: null },
      data: { list: null },
    },
    {
      name: 'a missing required variable',
      query: 'query ($id: ID!) { item(id: $id) { id } }',
      data: null,
      errors: [' BAD_USER_INPUT'],
    },
  ],
);

describeSupergraph(
  '@skip and @include',
  {
    a: {
      typeDefs: `type Query { one: One two: Int } type One @key(fields: "id") { id: ID! name: String inner: Inner } type Inner { x: Int y: Int }`,
      resolvers: {
        Query: { one: () => ({ id: '1', name: 'N', inner: { x: 1, y: 2 } }), two: () => 2 },
        One: { __resolveReference: () => ({ id: '1', name: 'N' }) },
      },
    },
    b: {
      typeDefs: `type One @key(fields: "id") { id: ID! extra: String more: [More!] } type More @key(fields: "id") { id: ID! z: Int }`,
      resolvers: {
        One: { __resolveReference: () => ({ id: '1', extra: 'E', more: [{ id: 'm', z: 1 }] }) },
        More: { __resolveReference: () => ({ id: 'm', z: 1 }) },
      },
    },
  },
  [
    {
      name: 'a field included',
      query: 'query ($a: Boolean!) { one { id extra @include(if: $a) } }',
      variables: { a: true },
      data: { one: { id: '1', extra: 'E' } },
    },
    {
      name: 'a field not included is not fetched',
      query: 'query ($a: Boolean!) { one { id extra @include(if: $a) } }',
      variables: { a: false },
      data: { one: { id: '1' } },
      fetches: ['a'],
    },
    {
      name: 'a fragment skipped',
      query: 'query ($a: Boolean!) { one { name ...F @skip(if: $a) } } fragment F on One { extra more { z } }',
      variables: { a: true },
      data: { one: { name: 'N' } },
      fetches: ['a'],
    },
    {
      name: 'a fragment not skipped',
      query: 'query ($a: Boolean!) { one { name ...F @skip(if: $a) } } fragment F on One { extra more { z } }',
      variables: { a: false },
      data: { one: { name: 'N', extra: 'E', more: [{ z: 1 }] } },
    },
    {
      name: 'both on one field',
      query: 'query ($a: Boolean!, $b: Boolean!) { one { name @skip(if: $a) @include(if: $b) id } }',
      variables: { a: false, b: false },
      data: { one: { id: '1' } },
    },
    {
      name: 'one field once with and once without',
      query: 'query ($a: Boolean!) { one { inner { x } inner @include(if: $a) { y } } }',
      variables: { a: true },
      data: { one: { inner: { x: 1, y: 2 } } },
    },
    {
      name: 'the other way',
      query: 'query ($a: Boolean!) { one { inner { x } inner @include(if: $a) { y } } }',
      variables: { a: false },
      data: { one: { inner: { x: 1 } } },
    },
    {
      name: 'at the root',
      query: 'query ($a: Boolean!) { one @skip(if: $a) { extra } two }',
      variables: { a: true },
      data: { two: 2 },
    },
    { name: 'everything skipped', query: '{ one @skip(if: true) { extra } }', data: {}, fetches: [] },
    {
      name: 'everything skipped by a variable',
      query: 'query ($a: Boolean!) { one @include(if: $a) { extra } }',
      variables: { a: false },
      data: {},
      fetches: [],
    },
    {
      name: 'a default of the variable',
      query: 'query ($a: Boolean = true) { one { id extra @include(if: $a) } }',
      data: { one: { id: '1', extra: 'E' } },
    },
    {
      name: 'the same text with other values right after',
      query: 'query ($a: Boolean = true) { one { id extra @include(if: $a) } }',
      variables: { a: false },
      data: { one: { id: '1' } },
    },
  ],
);
