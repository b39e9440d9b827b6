/**
 * Builds the Setup pages of the replica org.
 *
 *   node build.mjs                      the default cell, into ../static/<cell>/
 *   node build.mjs --matrix             every cell, into ../../../build/replica/<cell>/
 *   node build.mjs --cell NAME --out D  one cell, into D/<cell>/
 *
 * A build is reproducible: same sources and lock file, same bytes.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { CELLS, DEFAULT_CELL } from './build/cells.mjs';
import { rollupOptions } from './build/rollup_options.mjs';
import { stylesheet } from './build/stylesheet.mjs';
import { manifest } from './build/manifest.mjs';

const WEB = path.dirname(fileURLToPath(import.meta.url));
const STATIC = path.join(WEB, '..', 'static');
const MATRIX = path.join(WEB, '..', '..', '..', 'build', 'replica');

function option(name) {
    const at = process.argv.indexOf(name);
    return at < 0 ? undefined : process.argv[at + 1];
}

async function buildCell(name, parent) {
    const out = path.join(parent, name);
    const started = Date.now();
    fs.rmSync(out, { recursive: true, force: true });
    fs.mkdirSync(out, { recursive: true });
    const options = rollupOptions(WEB, CELLS[name]);
    const bundle = await rollup(options);
    const { output } = await bundle.write({ ...options.output, dir: out });
    await bundle.close();
    const code = output.map((chunk) => chunk.code ?? '').join('\n');
    fs.writeFileSync(path.join(out, 'app.css'), stylesheet(WEB, code));
    fs.writeFileSync(path.join(out, 'manifest.json'), manifest(WEB, name, out));
    console.log(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s -> ${path.relative(process.cwd(), out)}`);
}

const wanted = process.argv.includes('--matrix') ? Object.keys(CELLS) : [option('--cell') ?? DEFAULT_CELL];
const parent = option('--out') ?? (process.argv.includes('--matrix') ? MATRIX : STATIC);
for (const name of wanted) await buildCell(name, path.resolve(parent));
