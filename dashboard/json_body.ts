/**
 * Reads the body of a request up to a limit, and JSON bodies against a valibot schema.
 *
 * @module
 */
import * as v from "valibot";
import { ProblemError } from "./problem.ts";

/** The longest JSON body we read, in bytes: the longest true one is a magnet link of a few KiB. */
export const MAX_JSON_LENGTH: number = 1024 * 1024;

/**
 * Reads a whole body.
 *
 * @param request Its body is read to the end, or cancelled beyond the limit.
 * @param options `maxLength`: the most bytes to take.
 * @returns A new buffer that the caller owns.
 * @throws ProblemError 413 when the body is longer.
 */
export async function readBody(
  request: Request,
  options: { readonly maxLength: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLong = () => new ProblemError(413, { detail: `The body is longer than ${options.maxLength} bytes.` });
  if (Number(request.headers.get("Content-Length") ?? 0) > options.maxLength) {
    await request.body?.cancel();
    throw tooLong();
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  // Leaving the loop by throwing cancels the body.
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > options.maxLength) throw tooLong();
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}

/**
 * Reads a JSON body and checks it.
 *
 * @param request Its body is read.
 * @param schema What the value must be.
 * @param options `maxLength`: the most bytes to take, {@link MAX_JSON_LENGTH} by default.
 * @returns The schema's output.
 * @throws ProblemError 413 when it is longer, 400 when it is not JSON in UTF-8, 422 when
 * it does not fit the schema.
 */
export async function readJson<Schema extends v.GenericSchema>(
  request: Request,
  schema: Schema,
  options: { readonly maxLength?: number } = {},
): Promise<v.InferOutput<Schema>> {
  const bytes = await readBody(request, { maxLength: options.maxLength ?? MAX_JSON_LENGTH });
  return checkValue(parseJson(bytes), schema);
}

/**
 * Checks a value that came with a request, such as its query.
 *
 * @param value Anything.
 * @param schema What it must be.
 * @returns The schema's output.
 * @throws ProblemError 422 that names the first field that does not fit.
 */
export function checkValue<Schema extends v.GenericSchema>(value: unknown, schema: Schema): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw new ProblemError(422, { detail: path === null ? issue.message : `${path}: ${issue.message}` });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    // SyntaxError from JSON, TypeError from bytes that are not UTF-8.
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
    throw new ProblemError(400, { detail: "The body is not JSON in UTF-8.", cause: error });
  }
}
