/**
 * From what a person gave to a torrent that can be added: a name is looked up in the catalogue, and the tracker's own
 * copy of a torrent spares asking peers for the metadata.
 *
 * @module
 */
import { assertNever } from "../shared/assert_never.ts";
import type { CatalogueEntry } from "../shared/dashboard_views.ts";
import { type InfoHash, parseInfoHash, truncateInfoHash } from "../shared/ids.ts";
import type { PeerMode } from "../shared/media_kind.ts";
import { decodeMetainfo, type Metainfo } from "../shared/metainfo.ts";
import { MetainfoSyntaxError } from "../shared/metainfo_fields.ts";
import { RequestError } from "./api/request_error.ts";
import type { Community } from "./community.ts";
import { CommunityError } from "./community_answer.ts";
import type { NewDownload } from "./downloads.ts";
import type { Source } from "./source.ts";

/** How many names a refusal lists. */
const MAX_SUGGESTIONS = 5;

/** Where to look things up. */
export interface ResolveOptions {
  readonly community: Community | undefined;
  readonly mode?: PeerMode;
  readonly signal: AbortSignal;
}

/** Makes a source ready to be added. @throws RequestError 404 when the catalogue has no such name, 502 without a tracker */
export async function resolveSource(source: Source, options: ResolveOptions): Promise<NewDownload> {
  switch (source.type) {
    case "metainfo":
      return fromMetainfo(source.metainfo);
    case "magnet": {
      const { magnet } = source;
      const metainfo = await knownMetainfo(magnet.infoHash, options);
      const { infoHashV2, name, trackers, peers, fileIndices } = magnet;
      // A link to the v2 side of a hybrid torrent means the torrent that others know by its v1 info-hash.
      const infoHash = metainfo?.info.infoHash ?? magnet.infoHash;
      return {
        infoHash,
        name: name ?? infoHash,
        source: source.text,
        trackers,
        candidates: peers,
        ...(infoHashV2 === undefined ? {} : { infoHashV2 }),
        ...(metainfo === undefined ? {} : { metainfo }),
        ...(fileIndices === undefined ? {} : { wantedFiles: fileIndices }),
      };
    }
    case "info-hash": {
      const metainfo = await knownMetainfo(source.infoHash, options);
      if (metainfo !== undefined) return fromMetainfo(metainfo);
      const { infoHash, infoHashV2 } = source;
      const plain = { infoHash, name: infoHash, source: infoHash };
      return infoHashV2 === undefined ? plain : { ...plain, infoHashV2 };
    }
    case "name": {
      const entry = await entryByName(source.name, options);
      const infoHash = parseInfoHash(entry.infoHash);
      const metainfo = await knownMetainfo(infoHash, options);
      return metainfo === undefined ? { infoHash, name: entry.name, source: infoHash } : fromMetainfo(metainfo);
    }
    default:
      assertNever(source);
  }
}

function fromMetainfo(metainfo: Metainfo): NewDownload {
  const { infoHash, infoHashV2, name } = metainfo.info;
  return { infoHash, name, source: infoHash, metainfo, ...(infoHashV2 === undefined ? {} : { infoHashV2 }) };
}

/** The tracker's copy of a torrent. A tracker that is away, or has none, only means asking the peers. */
async function knownMetainfo(infoHash: InfoHash, options: ResolveOptions): Promise<Metainfo | undefined> {
  try {
    const bytes = await options.community?.torrent(infoHash, { signal: options.signal });
    const metainfo = bytes === undefined ? undefined : decodeMetainfo(bytes);
    // What the tracker says is believed only as far as the info-hash proves it.
    return metainfo !== undefined && isNamed(metainfo, infoHash) ? metainfo : undefined;
  } catch (error) {
    if (error instanceof CommunityError || error instanceof MetainfoSyntaxError) return undefined;
    throw error;
  }
}

function isNamed({ info }: Metainfo, infoHash: InfoHash): boolean {
  return info.infoHash === infoHash ||
    (info.infoHashV2 !== undefined && truncateInfoHash(info.infoHashV2) === infoHash);
}

async function entryByName(name: string, options: ResolveOptions): Promise<CatalogueEntry> {
  const { community, mode, signal } = options;
  if (community === undefined) {
    throw new RequestError(
      404,
      `${JSON.stringify(name)} is neither a file, a magnet link nor an info-hash; to look up names, give a tracker`,
    );
  }
  const { entries } = await askCatalogue(community, { q: name, ...(mode === undefined ? {} : { mode }), signal });
  const exact = entries.filter((entry) => entry.name.toLowerCase() === name.toLowerCase());
  const found = exact.length > 0 ? exact : entries;
  const first = found[0];
  if (first === undefined) throw new RequestError(404, `Nobody shares anything called ${JSON.stringify(name)}`);
  if (exact.length === 0 && found.length > 1) {
    const names = found.slice(0, MAX_SUGGESTIONS).map((entry) => entry.name).join(", ");
    throw new RequestError(422, `Several files are called like ${JSON.stringify(name)}: ${names}. Give the whole name`);
  }
  return first;
}

async function askCatalogue(
  community: Community,
  query: { readonly q: string; readonly mode?: PeerMode; readonly signal: AbortSignal },
) {
  const { signal, ...rest } = query;
  try {
    return await community.catalogue(rest, { signal });
  } catch (error) {
    if (!(error instanceof CommunityError)) throw error;
    throw new RequestError(502, error.message, { cause: error });
  }
}
