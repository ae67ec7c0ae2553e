// What a build says: lines of 100 bytes with their newline. The same seed gives the same bytes.
const words =
  'the build step of module compiled with warnings in src/index.ts test passed after 12ms installing package from registry downloading layer sha256 error checking 2026-01-01 info deploy path version'.split(
    ' ',
  );
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function createNumbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Values as they are generated for machines: letters and digits. */
export function secretValues(count, [shortest, longest], random) {
  return Array.from({ length: count }, () =>
    Array.from(
      { length: shortest + random(longest - shortest + 1) },
      () => letters[random(letters.length)],
    ).join(''),
  );
}

/** Chunks of `chunkSize`; one line in `secretEvery` has a secret, none when 0. */
export function logChunks({ chunks, chunkSize, secrets, secretEvery, random }) {
  let text = '';
  for (let line = 0; text.length < chunks * chunkSize; line++) {
    let words100 = '';
    while (words100.length < 99) words100 += `${words[random(words.length)]} `;
    words100 = words100.slice(0, 99);
    if (secretEvery > 0 && line % secretEvery === 0) {
      const secret = secrets[random(secrets.length)];
      words100 = words100.slice(0, 99 - secret.length) + secret;
    }
    text += `${words100}\n`;
  }
  const bytes = Buffer.from(text);
  return Array.from({ length: chunks }, (_, at) =>
    bytes.subarray(at * chunkSize, (at + 1) * chunkSize),
  );
}
