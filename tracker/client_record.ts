/**
 * How the record of a client lies in words.
 *
 * @module
 */
import { ADDRESS_WORDS } from "./address_words.ts";
import { ID_WORDS } from "./announce_record.ts";

/** Places in a record, in words. The name comes first: `CLIENT_NAME_WORDS`. */
export const CLIENT_WORD = {
  address: ID_WORDS,
  port: ID_WORDS + ADDRESS_WORDS,
  leaseMs: 16,
  firstMembership: 17,
  membershipCount: 18,
  flags: 19,
  nextOfProgram: 20,
  rateAtSeconds: 21,
  rateBytes: 22,
  rate: 23,
  count: 24,
} as const;

/** Places of its 64-bit numbers, in pairs of words. */
export const CLIENT_PAIR = {
  seenAtMs: 5,
  uploadedBytes: 6,
  downloadedBytes: 7,
  perRecord: CLIENT_WORD.count / 2,
} as const;

/** Bits of `flags`. */
export const CLIENT_FLAG = { used: 1, reachable: 2, unreachable: 4, udp: 8, http: 16, ipv6: 32 } as const;
