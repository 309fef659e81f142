import assert from "node:assert/strict";
import { createDiffieHellman } from "node:crypto";
import { ProtocolError } from "../protocol_error.ts";
import { PUBLIC_KEY_LENGTH, publicKeyOf, sharedSecret } from "./key_exchange.ts";

const one = new Uint8Array(20).map((_, index) => index * 11 + 1);
const other = new Uint8Array(20).map((_, index) => index * 7 + 130);

Deno.test("both sides come to one secret, of full length", () => {
  const secret = sharedSecret(publicKeyOf(one), other);
  assert.deepEqual(sharedSecret(publicKeyOf(other), one), secret);
  assert.equal(secret.length, PUBLIC_KEY_LENGTH);
});

Deno.test("a small power keeps its leading zeros", () => {
  assert.equal(publicKeyOf(Uint8Array.of(5)).toHex(), `${"0".repeat(2 * 95)}20`);
});

Deno.test("keys are those that OpenSSL computes in the same group", () => {
  const prime = "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd" +
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563";
  const theirs = createDiffieHellman(prime, "hex", 2);
  const key = theirs.generateKeys();
  // It may leave out leading zeros.
  const secret = theirs.computeSecret(publicKeyOf(one)).toString("hex").padStart(2 * PUBLIC_KEY_LENGTH, "0");
  const padded = Uint8Array.fromHex(key.toString("hex").padStart(2 * PUBLIC_KEY_LENGTH, "0"));
  assert.equal(sharedSecret(padded, one).toHex(), secret);
});

Deno.test("a key that gives the secret away is refused", () => {
  for (const key of [new Uint8Array(96), new Uint8Array(96).fill(1, 95), new Uint8Array(96).fill(255), one]) {
    assert.throws(
      () => sharedSecret(key, one),
      (error) => error instanceof ProtocolError && error.code === "malformed",
    );
  }
});
