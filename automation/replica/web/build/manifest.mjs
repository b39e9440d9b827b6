import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const SOURCES = ['build', 'src', 'build.mjs', 'package.json', 'package-lock.json'];

function filesBelow(folder, relative) {
    const full = path.join(folder, relative);
    if (!fs.statSync(full).isDirectory()) return [relative];
    return fs.readdirSync(full).flatMap((name) => filesBelow(folder, `${relative}/${name}`));
}

function hashes(folder, names) {
    const sorted = [...names].sort();
    const hash = (name) => crypto.createHash('sha256').update(fs.readFileSync(path.join(folder, name))).digest('hex');
    return Object.fromEntries(sorted.map((name) => [name, hash(name)]));
}

/** JSON text naming the SHA-256 of every source file and of every built file, so that a check needs no Node. */
export function manifest(web, cell, out) {
    const sources = hashes(web, SOURCES.flatMap((name) => filesBelow(web, name)));
    const files = hashes(out, fs.readdirSync(out).filter((name) => name !== 'manifest.json'));
    return `${JSON.stringify({ cell, entry: 'app.js', styles: 'app.css', files, sources }, null, 1)}\n`;
}
