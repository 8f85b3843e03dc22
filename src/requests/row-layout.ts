export { type InputLayout, type RowLayout, rowLayoutOf } from '../protocol/row-layout.js';
