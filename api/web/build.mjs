// Bundles the pages into the folder given: scripts and styles under names that hold their hash, a gzip of each, the
// pages that name them, and `embedded.cc`, the table of all of them that stands in the program.
import * as esbuild from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) throw new Error('usage: node build.mjs FOLDER');
const require = createRequire(import.meta.url);

const types = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
};

// One bundle's bytes, by the name of its entry.
async function bundle(entry, options = {}) {
  const built = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: ['chrome87', 'safari14.1', 'firefox90'],
    charset: 'utf8',
    legalComments: 'eof',
    logLevel: 'warning',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    ...options,
  });
  return built.outputFiles[0].contents;
}

const assets = [];
// Keeps an asset under a name that holds its hash, so that it may be cached for ever; returns its address.
async function keep(name, bytes) {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const kind = extname(name);
  const file = `${basename(name, kind)}-${hash}${kind}`;
  await put(`/assets/${file}`, file, bytes);
  return `/assets/${file}`;
}

async function put(address, file, bytes) {
  await writeFile(join(out, file), bytes);
  const kind = extname(file);
  await writeFile(join(out, `${file}.gz`), gzipSync(bytes, { level: 9 }));
  assets.push({ address, file, type: types[kind] });
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const worker = await keep(
  'pdf-worker.js',
  await readFile(require.resolve('pdfjs-dist/legacy/build/pdf.worker.min.mjs')),
);
const define = { PDF_WORKER: JSON.stringify(worker) };
const script = await keep('sign.js', await bundle(join(here, 'src/sign/main.tsx'), { define }));
const style = await keep('style.css', await bundle(join(here, 'src/base/style.css')));

const page = (await readFile(join(here, 'src/sign/page.html'), 'utf8'))
  .replaceAll('{{script}}', script)
  .replaceAll('{{style}}', style);
await put('sign', 'sign.html', Buffer.from(page));

// The table of the program: the bytes come in by the assembler, so that compiling does not read them.
const symbol = (index, part) => `quotary_web_${index}_${part}`;
const incbin = (name, file) =>
  `__asm__(".section .rodata\\n.balign 16\\n.globl ${name}\\n${name}:\\n.incbin \\"${file}\\"\\n.globl ${name}_end\\n${name}_end:\\n.previous\\n");\n` +
  `extern "C" const char ${name}[], ${name}_end[];\n`;
const view = (name) => `{${name}, static_cast<std::size_t>(${name}_end - ${name})}`;
let table = '// Made by api/web/build.mjs.\n#include "api/web/assets.h"\n\n';
const rows = assets.map(({ address, file, type }, index) => {
  table += incbin(symbol(index, 'plain'), join(out, file)) + incbin(symbol(index, 'gzip'), join(out, `${file}.gz`));
  return `  {"${address}", "${type}", ${view(symbol(index, 'plain'))}, ${view(symbol(index, 'gzip'))}},\n`;
});
table += `\nnamespace quotary::web {\n\nconst std::vector<Embedded>& embedded() {\n  static const std::vector<Embedded> all = {\n${rows.join('')}  };\n  return all;\n}\n\n}  // namespace quotary::web\n`;
await writeFile(join(out, 'embedded.cc'), table);
