import { dateTimeScalar, requireRole, requireService } from '@swiftcart/graphql';
import { changePassword, type PasswordChange } from './commands/change-password.ts';
import { deleteAddress } from './commands/delete-address.ts';
import { endOwnSession } from './commands/end-own-session.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { logoutEverywhere } from './commands/logout-everywhere.ts';
import { markNotificationsRead } from './commands/mark-notifications-read.ts';
import { refreshSession } from './commands/refresh-session.ts';
import { register } from './commands/register.ts';
import { requestEmailVerification } from './commands/request-email-verification.ts';
import { requestOtp } from './commands/request-otp.ts';
import { requestPasswordReset } from './commands/request-password-reset.ts';
import { type PasswordReset, resetPassword } from './commands/reset-password.ts';
import { saveAddress } from './commands/save-address.ts';
import { type BlockForUser, setUserBlocked } from './commands/set-user-blocked.ts';
import { type RolesForUser, setUserRoles } from './commands/set-user-roles.ts';
import { type UpdateProfileInput, updateProfile } from './commands/update-profile.ts';
import { verifyEmail } from './commands/verify-email.ts';
import { type OtpAnswer, verifyOtp } from './commands/verify-otp.ts';
import type { RequestContext } from './context.ts';
import type { AddressInput } from './domain/address-book.ts';
import type { RegistrationInput } from './domain/registration.ts';
import { type OwnedAddress, ownedAddresses } from './loaders.ts';
import { maySeeUser } from './may-see-user.ts';
import { type NotificationsArguments, notificationPage } from './notification-pages.ts';
import { payloads } from './payloads.ts';
import type { NotificationRecord } from './store/notifications.ts';
import type { SessionRecord } from './store/sessions.ts';
import type { UserRecord } from './store/users.ts';
import { type UsersArguments, userPage } from './user-pages.ts';

type Context = RequestContext;

/** Ids say what they belong to; an address is no record of its own and has its id elsewhere. */
const nodeTypes: Readonly<Record<string, string>> = { usr_: 'User', adr_: 'Address', ntf_: 'Notification' };

/** The schema, field by field; whatever decides or writes is a command. */
export const resolvers = {
  DateTime: dateTimeScalar,
  UserError: { __resolveType: () => 'AuthError' },
  Node: { __resolveType: ({ _id = 'adr_' }: { _id?: string }) => nodeTypes[_id.slice(0, 4)] },

  Query: {
    me: (_: unknown, __: unknown, { viewer, loaders }: Context) =>
      viewer.kind === 'user' ? loaders.users.load(viewer.userId) : null,
    user(_: unknown, { id }: { id: string }, { viewer, loaders }: Context) {
      requireRole(viewer, 'OPERATOR');
      return loaders.users.load(id);
    },
    users(_: unknown, args: UsersArguments, context: Context) {
      requireRole(context.viewer, 'ADMIN');
      return userPage(context, args);
    },
    async addressOf(
      _: unknown,
      { customerId, addressId }: { customerId: string; addressId: string },
      { viewer, loaders }: Context,
    ) {
      requireService(viewer);
      const user = await loaders.users.load(customerId);
      return user === null ? null : (ownedAddresses(user).find((address) => address.id === addressId) ?? null);
    },
    async revokedSessions(_: unknown, { since }: { since: Date }, { viewer, store, now }: Context) {
      requireService(viewer);
      const denied = await store.sessions.findDenied(since, now());
      return denied.map((session) => ({ sessionId: session._id, until: session.deniedUntil }));
    },
  },

  Mutation: {
    register: async (_: unknown, { input }: { input: RegistrationInput }, context: Context) =>
      payloads.auth(await register(context, input)),
    login: async (_: unknown, { input }: { input: { email: string; password: string } }, context: Context) =>
      payloads.auth(await login(context, input)),
    requestOtp: async (_: unknown, { phone }: { phone: string }, context: Context) =>
      payloads.otp(await requestOtp(context, phone)),
    verifyOtp: async (_: unknown, answer: OtpAnswer, context: Context) =>
      payloads.auth(await verifyOtp(context, answer)),
    refreshSession: async (_: unknown, { refreshToken }: { refreshToken: string }, context: Context) =>
      payloads.auth(await refreshSession(context, refreshToken)),
    async logout(_: unknown, __: unknown, context: Context) {
      await logout(context);
      return payloads.signedOut();
    },
    async logoutEverywhere(_: unknown, __: unknown, context: Context) {
      await logoutEverywhere(context);
      return payloads.signedOut();
    },
    endSession: async (_: unknown, { sessionId }: { sessionId: string }, context: Context) =>
      payloads.user(context, await endOwnSession(context, sessionId)),
    requestEmailVerification: async (_: unknown, __: unknown, context: Context) =>
      payloads.otp(await requestEmailVerification(context)),
    verifyEmail: async (_: unknown, { token }: { token: string }, context: Context) =>
      payloads.user(context, await verifyEmail(context, token)),
    requestPasswordReset: async (_: unknown, { email }: { email: string }, context: Context) =>
      payloads.otp(await requestPasswordReset(context, email)),
    resetPassword: async (_: unknown, reset: PasswordReset, context: Context) =>
      payloads.auth(await resetPassword(context, reset)),
    changePassword: async (_: unknown, change: PasswordChange, context: Context) =>
      payloads.auth(await changePassword(context, change)),
    updateProfile: async (_: unknown, { input }: { input: UpdateProfileInput }, context: Context) =>
      payloads.user(context, await updateProfile(context, input)),
    saveAddress: async (_: unknown, { id, input }: { id?: string | null; input: AddressInput }, context: Context) =>
      payloads.user(context, await saveAddress(context, id ?? null, input)),
    deleteAddress: async (_: unknown, { id }: { id: string }, context: Context) =>
      payloads.user(context, await deleteAddress(context, id)),
    markNotificationsRead: async (_: unknown, { ids }: { ids: string[] }, context: Context) =>
      payloads.user(context, await markNotificationsRead(context, ids)),
    setUserRoles: async (_: unknown, roles: RolesForUser, context: Context) =>
      payloads.user(context, await setUserRoles(context, roles)),
    setUserBlocked: async (_: unknown, block: BlockForUser, context: Context) =>
      payloads.user(context, await setUserBlocked(context, block)),
  },

  User: {
    async __resolveReference({ id }: { id: string }, { viewer, loaders }: Context) {
      return maySeeUser(viewer, id) ? loaders.users.load(id) : null;
    },
    id: (user: UserRecord) => user._id,
    addresses: ownedAddresses,
    defaultAddress: (user: UserRecord) => ownedAddresses(user).find((address) => address.isDefault) ?? null,
    sessions: (user: UserRecord, _: unknown, { loaders }: Context) => loaders.liveSessions.load(user._id),
    notifications: (user: UserRecord, args: NotificationsArguments, context: Context) =>
      notificationPage(context, user._id, args),
  },

  Address: {
    async __resolveReference({ id }: { id: string }, { viewer, loaders }: Context) {
      const address: OwnedAddress | null = await loaders.addresses.load(id);
      return address !== null && maySeeUser(viewer, address.ownerId) ? address : null;
    },
    // Only services can select it; the check is for a service exposed by mistake.
    recipientName: ({ recipientName }: OwnedAddress, _: unknown, { viewer }: Context) =>
      viewer.kind === 'service' ? recipientName : null,
  },

  Notification: {
    id: (notification: NotificationRecord) => notification._id,
  },

  Session: {
    id: (session: SessionRecord) => session._id,
    lastSeenAt: (session: SessionRecord) => session.rotatedAt,
    isCurrent: (session: SessionRecord, _: unknown, { currentSessionId }: Context) => session._id === currentSessionId,
  },
};
