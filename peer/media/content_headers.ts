/**
 * Header fields that say what a file is, to a browser that must not be misled by names and types from a torrent.
 *
 * @module
 */
import type { InfoHash } from "../../shared/ids.ts";

/** Types outside `audio/` and `video/` that are answered as they are: no browser runs them as a page. */
const INERT_TYPES: ReadonlySet<string> = new Set([
  "application/ogg",
  "application/x-subrip",
  "image/avif",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/webp",
  "text/vtt",
]);

/**
 * The Content-Type to answer: the file's own if it is inert, else `application/octet-stream`. A page or a drawing with
 * scripts from a torrent would otherwise run as one of ours.
 *
 * @param contentType A media type, perhaps with parameters.
 */
export function safeContentType(contentType: string): string {
  const type = contentType.split(";", 1).join("").trim().toLowerCase();
  if (/^(?:audio|video)\/[a-z0-9][a-z0-9.+-]{0,63}$/.test(type) || INERT_TYPES.has(type)) return type;
  return "application/octet-stream";
}

/**
 * A Content-Disposition with the name in UTF-8 (RFC 6266, RFC 8187).
 *
 * @param name Any text; control characters and unpaired surrogates are replaced.
 * @param disposition To show or to save.
 */
export function contentDisposition(name: string, disposition: "inline" | "attachment"): string {
  // deno-lint-ignore no-control-regex -- control characters are what is taken away
  const clean = name.toWellFormed().replace(/[\u0000-\u001f\u007f]/g, "_");
  const encoded = encodeURIComponent(clean)
    .replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${disposition}; filename*=UTF-8''${encoded}`;
}

/**
 * The strong ETag of a file of a torrent (RFC 9110, section 8.8.3): the info-hash stands for the content, which
 * therefore never changes.
 */
export function fileTag(infoHash: InfoHash, index: number): string {
  return `"${infoHash}-${index}"`;
}

/**
 * Whether a list of entity tags, as in If-Match and If-None-Match, has ours.
 *
 * @param list The field's value.
 * @param tag Our strong tag.
 * @param comparison `strong` never matches a weak tag (RFC 9110, section 8.8.3.2).
 */
export function matchesTag(list: string, tag: string, comparison: "strong" | "weak"): boolean {
  if (list.trim() === "*") return true;
  return (list.match(/(?:W\/)?"[^"]*"/g) ?? [])
    .some((listed) => listed === tag || (comparison === "weak" && listed === `W/${tag}`));
}
