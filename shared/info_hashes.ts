/**
 * All info-hashes by which one torrent is announced and asked for.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type BencodeValue, decodeBencode } from "./bencode.ts";
import { type BencodeEncodable, encodeBencode } from "./bencode_writer.ts";
import { type InfoHash, infoHash, truncateInfoHash } from "./ids.ts";
import type { Info } from "./metainfo.ts";

/**
 * Its own first. A hybrid is also met under its truncated v2 info-hash (BEP 52), and under the one that aria2 up to 1.36
 * takes for it: whoever listens to that too lets those clients in, who get all the rest right.
 */
export function infoHashesOf(info: Info): readonly InfoHash[] {
  if (info.version !== "hybrid") return [info.infoHash];
  const v2 = info.infoHashV2 === undefined ? [] : [truncateInfoHash(info.infoHashV2)];
  return [info.infoHash, ...v2, aria2InfoHash(info)];
}

/**
 * The reader of bencode of aria2 up to 1.36 loses every entry of a dictionary whose key is empty, of which BEP 52's file
 * tree has one for each file, and what is hashed is what is left. Repaired in 1.37 (aria2 issue 1903).
 */
function aria2InfoHash(info: Info): InfoHash {
  const value = decodeBencode(info.infoBytes, { allowUnsortedKeys: true });
  return infoHash(createHash("sha1").update(encodeBencode(withoutEmptyKeys(value))).digest());
}

function withoutEmptyKeys(value: BencodeValue): BencodeEncodable {
  if (value instanceof Map) {
    const kept = [...value].filter(([key]) => key !== "");
    return new Map(kept.map(([key, part]) => [key, withoutEmptyKeys(part)]));
  }
  return Array.isArray(value) ? value.map(withoutEmptyKeys) : value;
}
