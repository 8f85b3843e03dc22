import { writeFileSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { prepareRequests } from '../requests.js';

/** Training rows, of other customers than the story's. Run by hand: see make_models.py. */
const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('expected the name of the file to write');
const rows = prepareRequests(15, 12).map(({ features, isFraud }) => ({ ...features, is_fraud: isFraud ? 1 : 0 }));
writeFileSync(file, stringify(rows, { header: true }));
