import { Binary, Double } from 'bson';
import type { QueryCase } from './operator-table.ts';

const page = (name: string): string => `reference/operator/query/${name}`;

const bits = [
  { _id: 1, a: 54, binaryValueofA: '00110110' },
  { _id: 2, a: 20, binaryValueofA: '00010100' },
  { _id: 3, a: new Double(20), binaryValueofA: '00010100' },
  { _id: 4, a: new Binary(new Uint8Array([0x66])), binaryValueofA: '01100110' },
];

export const bitwiseCases: readonly QueryCase[] = [
  {
    operator: '$bitsAllSet',
    page: page('bitsAllSet'),
    docs: bits,
    filter: { a: { $bitsAllSet: [1, 5] } },
    finds: [1, 4],
  },
  { operator: '$bitsAllSet', page: page('bitsAllSet'), docs: bits, filter: { a: { $bitsAllSet: 50 } }, finds: [1] },
  {
    operator: '$bitsAllClear',
    page: page('bitsAllClear'),
    docs: bits,
    filter: { a: { $bitsAllClear: [1, 5] } },
    finds: [2, 3],
  },
  {
    operator: '$bitsAllClear',
    page: page('bitsAllClear'),
    docs: bits,
    filter: { a: { $bitsAllClear: 35 } },
    finds: [2, 3],
  },
  {
    operator: '$bitsAnySet',
    page: page('bitsAnySet'),
    docs: bits,
    filter: { a: { $bitsAnySet: [1, 5] } },
    finds: [1, 4],
  },
  {
    operator: '$bitsAnySet',
    page: page('bitsAnySet'),
    docs: bits,
    filter: { a: { $bitsAnySet: new Binary(new Uint8Array([0x23])) } },
    finds: [1, 4],
  },
  {
    operator: '$bitsAnyClear',
    page: page('bitsAnyClear'),
    docs: bits,
    filter: { a: { $bitsAnyClear: [1, 5] } },
    finds: [2, 3],
  },
  {
    operator: '$bitsAnyClear',
    page: page('bitsAnyClear'),
    docs: bits,
    filter: { a: { $bitsAnyClear: 35 } },
    finds: [1, 2, 3, 4],
  },
];
