import { armOf, Router } from '../../src/deployments/routing.js';

// Prints the arm of each key, one digit a key. Arguments: the salt, and the keys as a JSON array.
const [, , salt = '', keys = '[]'] = process.argv;
const parsed: unknown = JSON.parse(keys);
const router = new Router(salt);
if (Array.isArray(parsed)) console.log(parsed.map((key) => armOf(router.place(String(key)), 0.1, 0.3)).join(''));
