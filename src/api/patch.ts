/** Some fields of `T`. A field that is undefined counts as left out. */
export type Patch<T> = { [Name in keyof T]?: T[Name] | undefined };
