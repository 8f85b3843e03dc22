import { workerData } from 'node:worker_threads';
import { loadNaiveModel } from './naive-model.mjs';

// A task is a request, cloned on its way in, and its answer on its way out. Loaded before the thread counts as ready.
const model = await loadNaiveModel(workerData);

export default (request) => model.score(request);
