/**
 * The text of an allow or deny list: an info-hash, an address or a network on each line. Pure.
 *
 * ```
 * # who was asked to leave
 * 203.0.113.9
 * 2001:db8:bad::/48
 * d540fc48eb12f2833163eed6421d449dd8f1ce1f   # a film that is not ours to share
 * ```
 *
 * @module
 */
import { type InfoHash, parseInfoHash, parseInfoHashV2, truncateInfoHash } from "../shared/ids.ts";
import { AddressSet } from "./address_set.ts";

/** Characters of a list at most: a quarter of a million info-hashes. */
export const MAX_LIST_LENGTH = 10 * 1024 * 1024;

/** What a list names. */
export interface AccessList {
  /** Version 2 hashes (BEP 52) as they are announced, cut to 20 bytes. */
  readonly infoHashes: ReadonlySet<InfoHash>;
  readonly addresses: AddressSet;
}

/** A list that names nothing. */
export const EMPTY_LIST: AccessList = { infoHashes: new Set(), addresses: new AddressSet() };

/** A line that is neither an info-hash nor an address. */
export class AccessListSyntaxError extends SyntaxError {
  override readonly name = "AccessListSyntaxError";
  /** Which line it is, from 1. */
  readonly line: number;

  /** A mistake in a line. */
  constructor(message: string, options: { readonly line: number }) {
    super(message);
    this.line = options.line;
  }
}

/**
 * Reads a list. Empty lines, and whatever follows a `#`, say nothing.
 *
 * @throws {AccessListSyntaxError} at the first line that is neither
 */
export function parseAccessList(text: string): AccessList {
  const infoHashes = new Set<InfoHash>();
  const addresses = new AddressSet();
  for (const [index, line] of text.replace(/^\uFEFF/, "").split(/\r?\n/).entries()) {
    const entry = line.replace(/#.*/, "").trim();
    if (entry === "") continue;
    if (/^[0-9A-Fa-f]{40}$/.test(entry)) infoHashes.add(parseInfoHash(entry));
    else if (/^[0-9A-Fa-f]{64}$/.test(entry)) infoHashes.add(truncateInfoHash(parseInfoHashV2(entry)));
    else if (!addresses.add(entry)) {
      throw new AccessListSyntaxError(
        `Cannot read line ${index + 1} as an info-hash, an address or a network: current value is ${
          entry.slice(0, 80)
        }`,
        { line: index + 1 },
      );
    }
  }
  return { infoHashes, addresses };
}
