// `npm start`: the whole shop in one process, on one port.
import { runShop } from './run-shop.ts';

await runShop('in-process', process.env);
