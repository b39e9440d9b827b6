/**
 * Builds the Setup pages of the replica org.
 *
 *   node build.mjs                      the default cell, into ../static/<cell>/
 *   node build.mjs --matrix             every other cell, into ../../../build/replica/<cell>/
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
    const started = Date.now();
    // A server may be reading the folder, so it is swapped in when it is whole.
    const out = path.join(parent, `.${name}.new`);
    fs.rmSync(out, { recursive: true, force: true });
    fs.mkdirSync(out, { recursive: true });
    const options = rollupOptions(WEB, CELLS[name]);
    const bundle = await rollup(options);
    const { output } = await bundle.write({ ...options.output, dir: out });
    await bundle.close();
    const code = output.map((chunk) => chunk.code ?? '').join('\n');
    fs.writeFileSync(path.join(out, 'app.css'), stylesheet(WEB, code));
    fs.writeFileSync(path.join(out, 'manifest.json'), manifest(WEB, name, out));
    const target = path.join(parent, name);
    fs.rmSync(target, { recursive: true, force: true });
    fs.renameSync(out, target);
    console.log(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s -> ${path.relative(process.cwd(), target)}`);
}

const matrix = process.argv.includes('--matrix');
const others = Object.keys(CELLS).filter((name) => name !== DEFAULT_CELL);
const wanted = matrix ? others : [option('--cell') ?? DEFAULT_CELL];
const parent = option('--out') ?? (matrix ? MATRIX : STATIC);
for (const name of wanted) await buildCell(name, path.resolve(parent));
