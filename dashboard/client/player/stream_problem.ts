/**
 * Why a media element stopped, as a sentence: its own code is the same for an unknown codec and for a refused request,
 * so the server is asked too.
 *
 * @module
 */

/** Why, and whether trying again may help. */
export interface StreamProblem {
  readonly text: string;
  readonly canRetry: boolean;
  /** Whether the browser took a whole answer and could not play it. */
  readonly isFormat: boolean;
}

/**
 * Finds out.
 *
 * @param code the media element's error code
 * @param options the stream's address, and the type of the file in words
 */
export async function streamProblem(
  code: number,
  options: { readonly source: string; readonly contentType: string },
): Promise<StreamProblem> {
  const passing = (text: string): StreamProblem => ({ text, canRetry: true, isFormat: false });
  if (code === MediaError.MEDIA_ERR_NETWORK) return passing("The stream was interrupted.");
  const status = await headStatus(options.source);
  if (status === 0) return passing("Playswarm does not answer. Is it still running?");
  if (status === 404) return passing("This file is not here any more.");
  if (status >= 400) return passing(`Playswarm cannot give this file now (error ${status}).`);
  return {
    text: `This browser cannot play this kind of file (${options.contentType}). Another player can, also while it is ` +
      "still on its way here.",
    canRetry: code === MediaError.MEDIA_ERR_DECODE,
    isFormat: true,
  };
}

async function headStatus(source: string): Promise<number> {
  try {
    return (await fetch(source, { method: "HEAD" })).status;
  } catch (error) {
    // fetch throws a TypeError when nobody answers.
    if (error instanceof TypeError) return 0;
    throw error;
  }
}
