// What jose thinks of a token: reads lines of `{"token", "key_set_url", "issuer", "audience"}`, and answers each with
// `{"payload"}` or `{"error"}`.
import { createInterface } from 'node:readline';
import { createRemoteJWKSet, jwtVerify } from 'jose';

for await (const line of createInterface({ input: process.stdin })) {
  const { token, key_set_url, issuer, audience } = JSON.parse(line);
  try {
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(key_set_url)), {
      issuer, audience, algorithms: ['RS256'], requiredClaims: ['exp', 'iat', 'nonce', 'sub'],
    });
    console.log(JSON.stringify({ payload }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.code }));
  }
}
