/**
 * Sample media, made with ffmpeg out of nothing but arithmetic: slow colours and soft chords. `--fixtures` makes the small
 * files that ship with the tests; what the demo shows is in `demo_media.ts`.
 *
 * @module
 */

/** One file to make. */
export interface Sample {
  readonly name: string;
  readonly seconds: number;
  readonly args: readonly string[];
}

/** Whether ffmpeg can be run here. */
export async function hasFfmpeg(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("ffmpeg", { args: ["-version"], stdout: "null", stderr: "null" })
      .output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Whether this ffmpeg writes words into pictures: it has the filter, and finds a font. */
export async function canWriteTitles(): Promise<boolean> {
  const args = ["-loglevel", "quiet", "-f", "lavfi", "-i", "color=s=64x64,drawtext=text=A", "-frames:v", "1"];
  const command = new Deno.Command("ffmpeg", { args: [...args, "-f", "null", "-"], stdin: "null", stderr: "null" });
  return (await command.output()).success;
}

/** Makes each sample that is not in the folder yet, one by one, until the signal is aborted. */
export async function makeSamples(
  samples: readonly Sample[],
  options: { readonly folder: string; readonly signal?: AbortSignal },
): Promise<void> {
  const { folder, signal } = options;
  await Deno.mkdir(folder, { recursive: true });
  for (const sample of samples) {
    const path = `${folder}/${sample.name}`;
    if (signal?.aborted || await exists(path)) continue;
    // Written beside and renamed, so that whoever watches the folder sees whole files only.
    const partial = `${folder}/.making-${sample.name}`;
    const command = new Deno.Command("ffmpeg", {
      args: ["-hide_banner", "-loglevel", "error", "-y", ...sample.args, "-t", String(sample.seconds), partial],
      stdin: "null",
      ...(signal === undefined ? {} : { signal }),
    });
    const { success } = await command.output();
    if (signal?.aborted) return;
    if (!success) throw new Error(`Cannot make ${sample.name} with ffmpeg: see what it printed above`);
    await Deno.rename(partial, path);
    console.log(`  made ${sample.name}`);
  }
}

/** Slow gradients with a soft chord, as inputs of ffmpeg. */
function scene(options: { readonly seed: number; readonly size: string; readonly root: number }): readonly string[] {
  // Drawn small and enlarged: colours that flow lose nothing by it, and it takes a third of the time.
  const picture = `gradients=s=320x180:r=24:n=5:speed=0.008:seed=${options.seed},hue=h=8*t,scale=${options.size}`;
  return ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", chord(options.root)];
}

/** Three voices that swell in turn, in stereo, as a source of ffmpeg; `root` is the lowest one in hertz. */
export function chord(root: number): string {
  const voice = (ratio: number, period: number, pan: number) =>
    `0.12*sin(2*PI*${(root * ratio).toFixed(3)}*t)*(0.6+0.4*sin(2*PI*t/${period}+${pan}))`;
  const side = (pan: number) => [voice(1, 7, pan), voice(1.25, 5, pan + 1), voice(1.5, 11, pan + 2)].join("+");
  return `aevalsrc='${side(0)}|${side(1.5)}':s=44100`;
}

/** Pictures that every browser plays. */
export const H264: readonly string[] = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "48"];
/** Sound that every browser plays. */
export const AAC: readonly string[] = ["-c:a", "aac", "-b:a", "64k"];

/** The small files under `tests/fixtures/`. */
const fixtures: readonly Sample[] = [
  {
    name: "aurora.mp4",
    seconds: 60,
    args: [
      ...scene({ seed: 7, size: "640:360", root: 110 }),
      ...H264,
      "-b:v",
      "170k",
      ...AAC,
      "-movflags",
      "+faststart",
    ],
  },
  {
    name: "tide.mp4",
    seconds: 8,
    args: [...scene({ seed: 11, size: "320:180", root: 98 }), ...H264, "-b:v", "100k", ...AAC],
  },
  {
    name: "meadow.webm",
    seconds: 8,
    args: [
      ...scene({ seed: 23, size: "320:180", root: 123 }),
      "-c:v",
      "libvpx-vp9",
      "-b:v",
      "100k",
      "-c:a",
      "libopus",
      "-b:a",
      "48k",
    ],
  },
  {
    name: "orbit.mkv",
    seconds: 8,
    args: [...scene({ seed: 42, size: "320:180", root: 87 }), ...H264, "-b:v", "100k", ...AAC],
  },
  {
    // Two tracks of sound: the first in a codec that few browsers have.
    name: "harbor.mkv",
    seconds: 24,
    args: [
      ...scene({ seed: 31, size: "320:180", root: 104 }),
      ...["-f", "lavfi", "-i", chord(156), "-map", "0:v", "-map", "1:a", "-map", "2:a"],
      ...H264,
      ...["-b:v", "60k", "-c:a:0", "ac3", "-b:a:0", "64k", "-c:a:1", "aac", "-b:a:1", "48k"],
      ...["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu"],
    ],
  },
  {
    // Two tracks of sound that every browser has.
    name: "choir.mkv",
    seconds: 12,
    args: [
      ...scene({ seed: 29, size: "320:180", root: 110 }),
      ...["-f", "lavfi", "-i", chord(165), "-map", "0:v", "-map", "1:a", "-map", "2:a"],
      ...H264,
      ...["-b:v", "50k", "-c:a", "aac", "-b:a", "40k"],
      ...["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=fra"],
    ],
  },
  {
    // Pictures in a codec that few browsers have.
    name: "summit.mkv",
    seconds: 4,
    args: [
      ...scene({ seed: 37, size: "320:180", root: 92 }),
      ...[
        "-c:v",
        "libx265",
        "-preset",
        "veryfast",
        "-pix_fmt",
        "yuv420p",
        "-b:v",
        "60k",
        "-x265-params",
        "log-level=none",
      ],
      ...AAC,
    ],
  },
  {
    name: "brook.flac",
    seconds: 4,
    args: ["-f", "lavfi", "-i", chord(131), "-ar", "22050", "-ac", "1", "-sample_fmt", "s16"],
  },
  { name: "bell.wav", seconds: 3, args: ["-f", "lavfi", "-i", chord(262), "-ar", "22050", "-ac", "1"] },
  {
    name: "chime.mp3",
    seconds: 10,
    args: [
      ...["-f", "lavfi", "-i", chord(196), "-f", "lavfi", "-i", "gradients=s=200x200:n=4:seed=5"],
      ...["-map", "0:a", "-map", "1:v", "-frames:v", "1", "-c:v", "mjpeg", "-disposition:v", "attached_pic"],
      ...["-c:a", "libmp3lame", "-b:a", "96k", "-id3v2_version", "3"],
      ...["-metadata", "title=Chime", "-metadata", "artist=Playswarm", "-metadata", "album=Samples"],
      ...["-metadata:s:v", "title=Album cover", "-metadata:s:v", "comment=Cover (front)"],
    ],
  },
];

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

if (import.meta.main && Deno.args.includes("--fixtures")) {
  await makeSamples(fixtures, { folder: new URL("../fixtures", import.meta.url).pathname });
}
