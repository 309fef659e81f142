/**
 * The platform's errors as {@link StorageError}s, so that nobody else has to know their names.
 *
 * @module
 */
import { StorageError, type StorageErrorCode } from "./storage_error.ts";

/** A {@link StorageError} as it crosses from a worker: errors of our classes lose their fields in a structured clone. */
export interface DiskFault {
  readonly code: StorageErrorCode;
  readonly message: string;
  readonly path: string;
}

/** What no disk is expected to say twice: room that is used up, by the disk, a quota or a file size limit. */
const FULL_CODES: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/**
 * Puts an error of the file system into words.
 *
 * @param error Whatever was thrown by a call of `Deno`; an error that is not the platform's is thrown again.
 * @param options `path` is the file concerned; `doing` a verb phrase as in "Cannot write".
 */
export function diskFault(error: unknown, options: { readonly path: string; readonly doing: string }): DiskFault {
  const { path, doing } = options;
  if (error instanceof StorageError) return { code: error.code, message: error.message, path: error.path ?? path };
  if (!isPlatformError(error)) throw error;
  const code = faultCode(error);
  return { code, message: `Cannot ${doing} ${path}: ${explanations[code] ?? error.message}`, path };
}

/** The same as an error to throw. */
export function storageError(
  error: unknown,
  options: { readonly path: string; readonly doing: string },
): StorageError {
  return faultError(diskFault(error, options), { cause: error });
}

/** A fault that came from a worker, as an error. */
export function faultError(fault: DiskFault, options?: ErrorOptions): StorageError {
  return new StorageError(fault.code, fault.message, { path: fault.path, ...options });
}

/** Whether an error came from the operating system (all of those carry an `errno` name or a `Deno.errors` class). */
export function isPlatformError(error: unknown): error is Error & { readonly code?: string } {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code)) return true;
  return Object.values(Deno.errors).some((errorClass) => error instanceof errorClass);
}

/** Whether an error says that there is nothing at a path (a file where a folder should be is nothing, too). */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

const explanations: Partial<Record<StorageErrorCode, string>> = {
  full: "there is no room left on the disk",
  missing: "it is not there",
  denied: "this is not allowed",
};

function faultCode(error: Error & { readonly code?: string }): StorageErrorCode {
  if (error.code !== undefined && FULL_CODES.has(error.code)) return "full";
  if (isMissing(error)) return "missing";
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) return "denied";
  if (error.code === "EROFS") return "denied";
  return "io";
}
