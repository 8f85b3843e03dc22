/**
 * The only name that cannot be a field of a plain JavaScript object: setting it changes the object's prototype. Requests, and the runtime's
 * inputs and outputs, are such objects.
 */
export const reservedName = '__proto__';

export const notReserved = `any other name: in JavaScript ${reservedName} is an object's prototype and no field, so rename it in the graph and here`;
