/**
 * What the catalogue keeps of a torrent: how it is called, of which kind it is, and what tells its content from others.
 * Pure.
 *
 * @module
 */
import type { Info } from "../shared/metainfo.ts";
import { type MediaKind, mediaKindByName } from "../shared/media_kind.ts";
import { isSubtitleName } from "../shared/subtitles.ts";
import type { StoredTorrent } from "./catalogue_store.ts";

/** What somebody who has a torrent's content says of it. Nobody checks it; what is said first stays. */
export interface TorrentClaim {
  readonly kind?: MediaKind;
  readonly durationSeconds?: number;
}

/**
 * What the catalogue keeps of a torrent.
 *
 * @param info what its info-hash stands for
 * @param options what somebody who has the content says of it; what was kept before; and the time
 */
export function describeTorrent(
  info: Info,
  options: { readonly claim: TorrentClaim; readonly known: StoredTorrent | undefined; readonly nowMs: number },
): StoredTorrent {
  const files = info.files.filter((file) => !file.isPad);
  const largest = files.reduce(
    (best, file) => file.length > best.length ? file : best,
    files[0] ?? { path: [], length: 0 },
  );
  const [only] = files;
  // Subtitles are told apart by name: the same words beside two films are two rows, each found by its film's name.
  const root = files.length === 1 && !isSubtitleName(info.name) ? only?.piecesRoot : undefined;
  const known = options.known?.isKindClaimed === true ? options.known.kind : undefined;
  const durationSeconds = options.known?.durationSeconds ?? options.claim.durationSeconds;
  return {
    infoHash: info.infoHash,
    ...(info.infoHashV2 === undefined ? {} : { infoHashV2: info.infoHashV2 }),
    contentKey: root === undefined ? info.infoHash : root.toHex(),
    name: info.name,
    kind: known ?? options.claim.kind ?? mediaKindByName(largest.path.at(-1) ?? info.name).kind,
    isKindClaimed: known !== undefined || options.claim.kind !== undefined,
    sizeBytes: info.geometry.contentLength,
    fileCount: files.length,
    addedAtMs: options.known?.addedAtMs ?? options.nowMs,
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  };
}
