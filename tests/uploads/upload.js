// Uploads a file with tus-js-client: stops in the middle, forgets everything but the upload's URL, goes on there, and
// meets a line that breaks.
//
// node upload.js FILE KEY FIRST SECOND — the second service is another replica of the first, or the first again. Prints what happened
// as JSON.

import { createReadStream, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { basename } from 'node:path';
import tus from 'tus-js-client';

const [file, key, first, second] = process.argv.slice(2);
const size = statSync(file).size;
// Pieces of a size that no part of the service has, so that nothing fits by chance.
const chunkSize = 1_000_003;

/** Uploads until `enough` says so; gives the upload, how far it came, and whether it is whole. */
function upload(more, enough) {
  return new Promise((resolve, reject) => {
    const offsets = [];
    const upload = new tus.Upload(createReadStream(file), {
      uploadSize: size,
      chunkSize,
      headers: { Authorization: `Bearer ${key}` },
      metadata: { filename: basename(file), filetype: 'image/tiff' },
      retryDelays: [100, 500, 1000, 2000, 4000],
      onError: reject,
      onSuccess: () => resolve({ upload, offsets, whole: true }),
      onChunkComplete: (_, sent) => {
        offsets.push(sent);
        if (enough(sent)) upload.abort().then(() => resolve({ upload, offsets, whole: false }), reject);
      },
      ...more,
    });
    upload.start();
  });
}

/** A line to a service of which the first connection that carries more than `most` bytes breaks. */
async function breakingLine(to, most) {
  let broken = false;
  const server = createServer((client) => {
    const service = connect(Number(to.port), to.hostname);
    let carried = 0;
    client.on('data', (bytes) => {
      carried += bytes.length;
      if (!broken && carried > most) {
        broken = true;
        // What has been read goes on, as on a line that breaks somewhere behind.
        service.end(bytes);
        client.destroy();
      } else if (!service.write(bytes)) {
        client.pause();
        service.once('drain', () => client.resume());
      }
    });
    service.on('data', (bytes) => client.write(bytes));
    for (const [one, other] of [[client, service], [service, client]]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.end());
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: server.address().port, close: () => server.close() };
}

const begun = await upload({ endpoint: `${first}/api/v1/uploads` }, (sent) => sent >= size / 3);
// The line breaks in the middle of a request, once; the client asks how far it came and goes on by itself.
const url = begun.upload.url.replace(first, second);
const { port, close } = await breakingLine(new URL(second), 5_000_000);
const offsets = [];
const ended = await upload(
  {
    uploadUrl: url.replace(second, `http://127.0.0.1:${port}`),
    chunkSize: Infinity,
    onBeforeRequest: (request) => {
      if (request.getMethod() === 'PATCH') offsets.push(Number(request.getHeader('Upload-Offset')));
    },
  },
  () => false,
);
close();
const ofAnother = await upload({ endpoint: `${second}/api/v1/uploads`, uploadDataDuringCreation: true }, (sent) => sent >= chunkSize);
await tus.Upload.terminate(ofAnother.upload.url, { headers: { Authorization: `Bearer ${key}` } });
const gone = await fetch(ofAnother.upload.url, { method: 'HEAD', headers: { Authorization: `Bearer ${key}`, 'Tus-Resumable': '1.0.0' } });
console.log(
  JSON.stringify({
    id: url.split('/').pop(),
    begun: begun.offsets.at(-1),
    whole: [begun.whole, ended.whole],
    offsets,
    ended: ended.offsets.at(-1),
    gone: gone.status,
  }),
);
process.exit(0);
