/**
 * What a person may give to add a torrent: a magnet link, an info-hash, a .torrent's bytes, or a name in the catalogue.
 *
 * @module
 */
import { type InfoHash, type InfoHashV2, parseInfoHash, parseInfoHashV2, truncateInfoHash } from "../shared/ids.ts";
import { type Magnet, MagnetSyntaxError, parseMagnet } from "../shared/magnet.ts";
import { decodeMetainfo, MAX_METAINFO_LENGTH, type Metainfo } from "../shared/metainfo.ts";
import { MetainfoSyntaxError } from "../shared/metainfo_fields.ts";
import { RequestError } from "./api/request_error.ts";
import type { TorrentSource } from "./api/peer_session.ts";
import type { NewDownload } from "./downloads.ts";
import type { TorrentRow } from "./storage/torrent_store.ts";

/** A source that was understood. */
export type Source =
  | { readonly type: "metainfo"; readonly metainfo: Metainfo }
  | { readonly type: "magnet"; readonly magnet: Magnet; readonly text: string }
  | { readonly type: "info-hash"; readonly infoHash: InfoHash; readonly infoHashV2?: InfoHashV2 }
  | { readonly type: "name"; readonly name: string };

/** Understands a source. @throws RequestError 422 with a sentence when it is broken, 413 when it is too large */
export function readSource(source: TorrentSource): Source {
  if (typeof source !== "string") return { type: "metainfo", metainfo: readMetainfo(source.metainfo) };
  const text = source.trim();
  if (text.toLowerCase().startsWith("magnet:")) return { type: "magnet", magnet: readMagnet(text), text };
  if (/^[0-9a-f]{40}$/i.test(text)) return { type: "info-hash", infoHash: parseInfoHash(text) };
  if (/^[0-9a-f]{64}$/i.test(text)) {
    const infoHashV2 = parseInfoHashV2(text);
    return { type: "info-hash", infoHash: truncateInfoHash(infoHashV2), infoHashV2 };
  }
  if (text === "") throw new RequestError(422, "Give a magnet link, an info-hash or a name from the catalogue");
  return { type: "name", name: text };
}

/** What a torrent was added by, from its row: the magnet link it came from still names its trackers. */
export function rememberedSource(row: TorrentRow): Omit<NewDownload, "metainfo"> {
  const plain = { infoHash: row.infoHash, name: row.infoHash, source: row.source };
  try {
    const magnet = parseMagnet(row.source);
    const { infoHashV2, name, trackers } = magnet;
    return { ...plain, trackers, name: name ?? plain.name, ...(infoHashV2 === undefined ? {} : { infoHashV2 }) };
  } catch (error) {
    // Whatever was not added by a magnet link has its metainfo in the row.
    if (!(error instanceof MagnetSyntaxError)) throw error;
    return plain;
  }
}

function readMetainfo(bytes: Uint8Array): Metainfo {
  if (bytes.length > MAX_METAINFO_LENGTH) {
    throw new RequestError(
      413,
      `The torrent file is ${bytes.length} bytes long, over the limit of ${MAX_METAINFO_LENGTH}`,
    );
  }
  try {
    return decodeMetainfo(bytes);
  } catch (error) {
    if (!(error instanceof MetainfoSyntaxError)) throw error;
    throw new RequestError(422, `This is not a usable torrent file: ${error.message}`, { cause: error });
  }
}

function readMagnet(text: string): Magnet {
  try {
    return parseMagnet(text);
  } catch (error) {
    if (!(error instanceof MagnetSyntaxError)) throw error;
    throw new RequestError(422, `This is not a usable magnet link: ${error.message}`, { cause: error });
  }
}
