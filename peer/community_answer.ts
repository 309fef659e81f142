/**
 * What the community's tracker answers over HTTP, read within limits, and how it is said that it did not.
 *
 * @module
 */
import * as v from "valibot";
import type { CataloguePage } from "../shared/dashboard_views.ts";
import { type InfoHash, parseInfoHash } from "../shared/ids.ts";
import { parseJson } from "../shared/json_text.ts";
import { MEDIA_KINDS } from "../shared/media_kind.ts";

/** The tracker could not be asked, or it said no; the message is a sentence for the user. */
export class CommunityError extends Error {
  override readonly name = "CommunityError";
  /** Asking the same again would be answered the same. */
  readonly isFinal: boolean;

  /** Takes the sentence for the user, and whether asking again is in vain (it is not). */
  constructor(message: string, options: ErrorOptions & { readonly isFinal?: boolean } = {}) {
    super(message, options);
    this.isFinal = options.isFinal ?? false;
  }
}

/** Refusals that end by themselves: the request came too late, or too soon. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 429]);

const catalogueSchema = v.object({
  entries: v.array(v.object({
    infoHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)),
    infoHashV2: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
    alternatives: v.array(v.string()),
    name: v.string(),
    kind: v.picklist(MEDIA_KINDS),
    sizeBytes: v.number(),
    fileCount: v.number(),
    seederCount: v.number(),
    leecherCount: v.number(),
    addedAtMs: v.number(),
    durationSeconds: v.exactOptional(v.number()),
  })),
  totalCount: v.number(),
  nextCursor: v.exactOptional(v.string()),
  version: v.number(),
});

/** A page of the catalogue from its JSON; undefined for anything else. */
export function readCataloguePage(text: string): CataloguePage | undefined {
  const parsed = v.safeParse(catalogueSchema, parseJson(text));
  return parsed.success ? parsed.output : undefined;
}

const wantedSchema = v.object({ wanted: v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/))) });

/** The torrents that the tracker wants, from its JSON; undefined for anything else. */
export function readWanted(text: string): ReadonlySet<InfoHash> | undefined {
  const parsed = v.safeParse(wantedSchema, parseJson(text));
  return parsed.success ? new Set(parsed.output.wanted.map(parseInfoHash)) : undefined;
}

/** Reads a body up to the limit; a longer one is refused before it fills the memory. */
export async function limitedBytes(response: Response, maxLength: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > maxLength) throw new CommunityError(`Cannot read the tracker's answer: it is over ${maxLength} bytes`);
    parts.push(part);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** The tracker said no to an action. */
export async function refusal(response: Response, action: string): Promise<CommunityError> {
  await response.body?.cancel();
  const hint = response.status === 404 || response.status === 403 ? "; does this community ask for a key?" : "";
  const isFinal = response.status >= 400 && response.status < 500 && !PASSING_STATUSES.has(response.status);
  return new CommunityError(`Cannot ${action}: the tracker answered ${response.status}${hint}`, { isFinal });
}
