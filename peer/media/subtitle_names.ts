/**
 * Which subtitle files belong to a film, by their names, and what they are called in a menu.
 *
 * @module
 */
import { isSubtitleName } from "../../shared/subtitles.ts";

/** What a name says of a subtitle file. */
export interface SubtitleName {
  /** The language, the rest of its name, or the whole name. */
  readonly label: string;
  /** By BCP 47, when the name says it. */
  readonly language?: string;
}

/** Words behind the language: what kind of subtitles they are. */
const KINDS: ReadonlyMap<string, string> = new Map(Object.entries({
  forced: "forced",
  sdh: "for the hard of hearing",
  cc: "for the hard of hearing",
  hi: "for the hard of hearing",
}));

const languageNames = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/**
 * What a subtitle file is to a film: `Film.mkv` has `Film.srt`, `Film.en.srt`, `Film.de.forced.vtt`.
 *
 * @param name The file's name.
 * @param film The film's name.
 * @returns undefined when its name does not begin as the film's does, or it is no subtitle file.
 */
export function subtitleOfFilm(name: string, film: string): SubtitleName | undefined {
  const base = film.replace(/\.[^.]*$/, "").toLowerCase();
  if (!isSubtitleName(name) || !name.toLowerCase().startsWith(`${base}.`)) return undefined;
  return nameSubtitle(name.slice(base.length + 1));
}

/** What any subtitle file is called, by all of its name. */
export function nameSubtitle(name: string): SubtitleName {
  const stem = name.replace(/(?:^|\.)(?:srt|vtt)$/i, "");
  const words = stem.split(/[._ -]+/).filter((word) => word !== "");
  const language = words.map(languageOf).find((code) => code !== undefined);
  const kinds = words.flatMap((word) => word === language ? [] : KINDS.get(word.toLowerCase()) ?? []);
  if (language === undefined) return { label: stem === "" ? "Subtitles" : stem };
  const languageName = languageNames.of(language) ?? language;
  return { label: kinds.length === 0 ? languageName : `${languageName} (${kinds.join(", ")})`, language };
}

function languageOf(word: string): string | undefined {
  if (!/^[a-z]{2,3}$/i.test(word) || KINDS.has(word.toLowerCase())) return undefined;
  const [code] = Intl.getCanonicalLocales(word);
  return code !== undefined && languageNames.of(code) !== undefined ? code : undefined;
}
