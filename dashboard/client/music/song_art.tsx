/**
 * The picture of a song: its cover, or one made of its info-hash.
 *
 * @module
 */
import type { JSX } from "preact";
import type { SongView } from "../../../shared/media_description.ts";
import { Art } from "../components/art.tsx";

/**
 * The picture.
 *
 * @param props whose
 */
export function SongArt({ song }: { readonly song: Pick<SongView, "infoHash" | "picture"> }): JSX.Element {
  return (
    <span class="song-art">
      {song.picture === undefined
        ? <Art infoHash={song.infoHash} />
        : <img src={song.picture} alt="" decoding="async" loading="lazy" />}
    </span>
  );
}
