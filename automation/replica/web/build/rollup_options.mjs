import path from 'node:path';
import lwc from '@lwc/rollup-plugin';
import resolve from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import terser from '@rollup/plugin-terser';
import { baseLabels } from './base_labels.mjs';
import { confirmFocus } from './confirm_focus.mjs';
import { slim } from './slim.mjs';

// @lwc/synthetic-shadow refuses attachInternals(), so this gate must be shut there.
const INTERNALS_GATE = '@salesforce/gate/bc.260.enableComboboxElementInternals';

// Library warnings about its own templates and circular imports; nothing of ours.
const LIBRARY_NOISE = /node_modules/;

function modules(web, cell) {
    const shut = { name: INTERNALS_GATE, path: path.join(web, 'src/stubs/gateClosed.js') };
    const pages = { name: 'replica/pages', path: path.join(web, 'src', cell.shadow, 'pages.js') };
    const fill = { dir: path.join(web, 'src/fill-1.22') };
    return [pages, ...(cell.shadow === 'synthetic' ? [shut] : []), ...(cell.library === 'lbc-1.22' ? [fill] : []), { npm: cell.library }];
}

/** Rollup options of one cell; see cells.mjs. */
export function rollupOptions(web, cell) {
    return {
        input: { app: path.join(web, 'src/app.js') },
        output: { format: 'esm', entryFileNames: 'app.js', chunkFileNames: '[name].js', sourcemap: false },
        plugins: [
            slim(web, cell),
            baseLabels(),
            confirmFocus(cell),
            resolve(),
            replace({
                'import.meta.env.SSR': 'false',
                'process.env.NODE_ENV': JSON.stringify('production'),
                preventAssignment: true,
            }),
            lwc({
                rootDir: path.join(web, 'src/modules'),
                modules: modules(web, cell),
                enableDynamicComponents: true,
                disableSyntheticShadowSupport: cell.shadow === 'native',
            }),
            terser(),
        ],
        onwarn(warning, show) {
            const place = `${warning.loc?.file ?? ''} ${warning.id ?? ''} ${(warning.ids ?? []).join(' ')} ${warning.message}`;
            if (!LIBRARY_NOISE.test(place)) show(warning);
        },
    };
}
