// `npm run reset`: clears local data. It refuses a folder that no Swiftcart wrote.
import { access, rm } from 'node:fs/promises';
import { resolve } from 'node:path';

const directory = resolve(process.env['DATA_DIR'] ?? '.data');
const isOurs = await access(`${directory}/database`).then(
  () => true,
  () => false,
);
const exists = await access(directory).then(
  () => true,
  () => false,
);
if (!exists) console.log(`nothing to clear: ${directory} does not exist`);
else if (!isOurs) {
  console.error(`${directory} holds no Swiftcart database, so it is left alone; remove it by hand if it should go.`);
  process.exitCode = 1;
} else {
  await rm(directory, { recursive: true });
  console.log(`cleared ${directory}`);
}
