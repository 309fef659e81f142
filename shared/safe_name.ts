/**
 * Names that are safe on every disk.
 *
 * @module
 */
export declare function safePathSegment(name: string): string;
export declare function safePath(path: readonly string[]): readonly string[];
