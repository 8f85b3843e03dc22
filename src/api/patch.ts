/** `T` with every field optional. An undefined field counts as absent. */
export type Patch<T> = { [Name in keyof T]?: T[Name] | undefined };
