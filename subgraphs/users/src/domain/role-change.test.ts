import { expect, test } from 'vitest';
import { changeRoles } from './role-change.ts';

test('keeps each role once and in one order', () => {
  const outcome = changeRoles({ current: ['CUSTOMER'], wanted: ['RIDER', 'CUSTOMER', 'RIDER'], isOwnAccount: false });
  expect(outcome).toEqual({ ok: true, value: { roles: ['CUSTOMER', 'RIDER'], takesAway: false, isChange: true } });
});

test('says when a role is taken away, because its access must end at once', () => {
  const outcome = changeRoles({ current: ['CUSTOMER', 'OPERATOR'], wanted: ['CUSTOMER'], isOwnAccount: false });
  expect(outcome).toMatchObject({ ok: true, value: { takesAway: true, isChange: true } });
});

test('changes nothing when the roles are as wanted', () => {
  const outcome = changeRoles({ current: ['CUSTOMER', 'RIDER'], wanted: ['RIDER', 'CUSTOMER'], isOwnAccount: false });
  expect(outcome).toMatchObject({ ok: true, value: { isChange: false, takesAway: false } });
});

test.each([
  [{ current: ['CUSTOMER'], wanted: [], isOwnAccount: false }],
  [{ current: ['ADMIN'], wanted: ['CUSTOMER'], isOwnAccount: true }],
] as const)('refuses what would leave an account, or the shop, without anybody: %j', (change) => {
  expect(changeRoles(change)).toMatchObject({ ok: false, refusals: [{ code: 'INVALID' }] });
});
