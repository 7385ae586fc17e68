// `npm run create-admin -- --email you@example.com --name "Your Name"`: the first admin of a shop. The password comes
// from ADMIN_PASSWORD or is asked for, never from an argument, which other users of the machine could read.
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { createMemoryBus } from '@swiftcart/events';
import { generateKeyPair } from '@swiftcart/identity';
import { createEnvReader, createLogger } from '@swiftcart/service';
import { createUsersService, readUsersConfig } from '@swiftcart/users';
import { openDatabase } from './open-database.ts';
import { readShopConfig } from './shop-config.ts';

const { values } = parseArgs({ options: { email: { type: 'string' }, name: { type: 'string' } } });
if (!values.email || !values.name) {
  console.error(
    'usage: npm run create-admin -- --email you@example.com --name "Your Name"   (password: ADMIN_PASSWORD or asked for)',
  );
  process.exit(2);
}

const env = createEnvReader({ ...process.env, SEED: 'off' });
const config = readShopConfig(env);
const users = { ...readUsersConfig(env), redisUrl: undefined };
const given = env.optionalString('ADMIN_PASSWORD');
try {
  env.assertValid();
  const password = given ?? (await ask('Password: '));
  await using database = await openDatabase(config.mongodbUri, config.dataDirectory);
  // No event of a new admin matters to another service; the account's own outbox is emptied into this process.
  await using bus = createMemoryBus();
  await using service = await createUsersService({
    ...users,
    mongodbUri: database.uri,
    bus,
    logger: createLogger({ name: 'create-admin', level: 'error' }),
    trustedKeys: { keys: [] },
    keyPair: generateKeyPair(),
    isProduction: config.isProduction,
    // A running shop's events are its own to publish.
    runsBackgroundWork: false,
    dataDirectory: config.dataDirectory,
  });
  const outcome = await service.createAdmin({ email: values.email, name: values.name, password });
  if (outcome.ok) console.log(`created admin ${outcome.value._id} (${values.email})`);
  else {
    for (const { code, message } of outcome.refusals) console.error(`${code}: ${message}`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
