import fs from 'node:fs';

const LABEL_MODULE = /scopedImports\/@salesforce-label-(.+)\.js$/;

/**
 * Lets the base components' own texts ("Help Info", "OK", ...) be translated: each label module first asks
 * `globalThis.replicaBaseLabels`, which boot.js fills from the keys `base.*`, then takes its English text.
 */
export function baseLabels() {
    return {
        name: 'replica-base-labels',
        enforce: 'pre',
        load(id) {
            const name = LABEL_MODULE.exec(id.split('?')[0])?.[1];
            if (!name) return null;
            const english = /export default ([\s\S]*?);?\s*$/.exec(fs.readFileSync(id.split('?')[0], 'utf8'))[1];
            return `export default globalThis.replicaBaseLabels?.[${JSON.stringify(name)}] ?? ${english};`;
        },
    };
}
