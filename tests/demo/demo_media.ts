/**
 * What the demo shows: films with titles and subtitles, two episodes of a series, and two albums with covers. A minute of
 * each is made in seconds.
 *
 * @module
 */
import { AAC, chord, H264, type Sample } from "./sample_media.ts";

/** A text file beside the media. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** The files of one folder. */
export interface DemoFolder {
  readonly media: readonly Sample[];
  readonly texts: readonly TextFile[];
}

/** Seconds of each film. */
const FILM_SECONDS = 60;

/** Sources of pictures, drawn small and enlarged: what flows loses nothing by it, and it takes a third of the time. */
const pictures = {
  lights: "gradients=s=320x180:r=24:n=8:speed=0.012:seed=3:type=circular,hue=h=5*t:s=0.8",
  tide: "gradients=s=320x180:r=24:n=6:speed=0.005:seed=19:type=spiral:" +
    "c0=#0b3954:c1=#087e8b:c2=#bfd7ea:c3=#f2b880:c4=#0b3954:c5=#c98686",
  departure: "mandelbrot=s=320x180:r=24:start_scale=1:end_scale=0.004:end_pts=1440:maxiter=250:" +
    "start_x=-0.74364:start_y=0.13182,hue=h=180+2*t:s=0.55",
  return: "mandelbrot=s=320x180:r=24:start_scale=0.05:end_scale=0.0004:end_pts=1440:maxiter=250:" +
    "start_x=-1.25066:start_y=0.02012,hue=h=40-2*t:s=0.55",
  meadow: "life=s=192x108:r=12:mold=12:ratio=0.12:seed=5:" +
    "death_color=#7a3b12:life_color=#ffd34d:mold_color=#14241c",
} as const;

interface Film {
  readonly name: string;
  readonly title: string;
  readonly picture: keyof typeof pictures;
  /** The lowest voice of its music, in hertz. */
  readonly root: number;
}

/** A film that opens with its title, where ffmpeg has a font to write it with. */
function film({ name, title, picture, root }: Film, canWrite: boolean): Sample {
  const soft = picture === "meadow" ? "flags=neighbor,gblur=sigma=2" : "flags=bicubic";
  const words = `,drawtext=text='${title}':fontsize=h/10:fontcolor=white:shadowcolor=black@0.5:shadowx=2:shadowy=2:` +
    "x=(w-tw)/2:y=(h-th)/2:alpha='if(lt(t,1),t,if(lt(t,4),1,max(0,5-t)))'";
  const codecs = name.endsWith(".webm")
    ? ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k", "-c:a", "libopus"]
    : [...H264, "-crf", "26", ...AAC, ...(name.endsWith(".mp4") ? ["-movflags", "+faststart"] : [])];
  return {
    name,
    seconds: FILM_SECONDS,
    args: [
      ...["-f", "lavfi", "-i", `${pictures[picture]},scale=960:540:${soft}${canWrite ? words : ""}`],
      ...["-f", "lavfi", "-i", chord(root)],
      ...codecs,
      ...["-metadata", `title=${title}`],
    ],
  };
}

/** Subtitles: a line every eight seconds. */
function subtitles(name: string, lines: readonly string[]): TextFile {
  const clock = (seconds: number) => `00:00:${String(seconds).padStart(2, "0")},000`;
  const cues = lines.map((line, index) =>
    `${index + 1}\n${clock(6 + index * 8)} --> ${clock(12 + index * 8)}\n${line}\n`
  );
  return { name, text: cues.join("\n") };
}

interface AlbumWords {
  readonly artist: string;
  readonly album: string;
  readonly year: number;
  readonly songs: readonly string[];
  /** Of the cover's colours. */
  readonly seed: number;
  readonly root: number;
}

/** The songs of an album, each with its tags and the cover. */
function album({ artist, album, year, songs, seed, root }: AlbumWords): readonly Sample[] {
  return songs.map((title, index) => ({
    name: `${artist} - ${String(index + 1).padStart(2, "0")} ${title}.mp3`,
    seconds: 40 + index * 6,
    args: [
      ...["-f", "lavfi", "-i", chord(root * (1 + index / 8))],
      ...["-f", "lavfi", "-i", `gradients=s=500x500:n=5:seed=${seed}:type=${seed % 2 === 0 ? "spiral" : "radial"}`],
      ...["-map", "0:a", "-map", "1:v", "-frames:v", "1", "-c:v", "mjpeg", "-disposition:v", "attached_pic"],
      ...["-c:a", "libmp3lame", "-b:a", "128k", "-id3v2_version", "3", "-metadata", `title=${title}`],
      ...["-metadata", `artist=${artist}`, "-metadata", `album=${album}`, "-metadata", `date=${year}`],
      ...["-metadata", `track=${index + 1}`, "-metadata:s:v", "title=Album cover"],
      ...["-metadata:s:v", "comment=Cover (front)"],
    ],
  }));
}

/**
 * What the tracker's library and the sharing peer have.
 *
 * @param options whether ffmpeg has a font
 */
export function demoMedia(
  { canWrite }: { readonly canWrite: boolean },
): { readonly library: DemoFolder; readonly shared: DemoFolder } {
  return {
    library: {
      media: [
        film({ name: "Northern Lights.mp4", title: "Northern Lights", picture: "lights", root: 110 }, canWrite),
        ...album({
          ...{ artist: "The Harmonics", album: "Evening Chords", year: 2021, seed: 6, root: 147 },
          songs: ["First Light", "Long Shadows", "Blue Hour"],
        }),
      ],
      texts: [
        subtitles("Northern Lights.en.srt", [
          "Green light over the bay.",
          "It bends, and bends again,",
          "and nobody has asked it to.",
        ]),
        subtitles("Northern Lights.de.srt", [
          "Grünes Licht über der Bucht.",
          "Es neigt sich und neigt sich wieder,",
          "und niemand hat es darum gebeten.",
        ]),
      ],
    },
    shared: {
      media: [
        film({ name: "Slow Tide.mp4", title: "Slow Tide", picture: "tide", root: 98 }, canWrite),
        film({ name: "Orbit, Episode 1.mkv", title: "Orbit, 1", picture: "departure", root: 87 }, canWrite),
        film({ name: "Orbit, Episode 2.mkv", title: "Orbit, 2", picture: "return", root: 93 }, canWrite),
        film({ name: "Meadow.webm", title: "Meadow", picture: "meadow", root: 123 }, canWrite),
        ...album({
          ...{ artist: "Ada Brook", album: "Water Music", year: 2024, seed: 9, root: 131 },
          songs: ["Spring", "Mill", "Delta", "Open Sea"],
        }),
      ],
      texts: [
        subtitles("Orbit, Episode 1.srt", ["We leave at dawn.", "Who turns back is late.", "Look: the far side."]),
      ],
    },
  };
}
