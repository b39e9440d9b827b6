import fs from 'node:fs';
import path from 'node:path';

// A stubbed style sheet must not be empty: the compiler then leaves out what the runtime reads.
const NO_STYLE = '.replica-unused{color:inherit}';
const OPTIONAL_ICON_SETS = /iconSvgTemplates(Action|Custom|Doctype|Standard)(Rtl)?\/buildTemplates\/templates\.js$/;
const RTL_ICONS = /iconSvgTemplatesUtilityRtl\/buildTemplates\/templates\.js$/;
const UTILITY_ICONS = /iconSvgTemplatesUtility\/buildTemplates\/templates\.js$/;
const NATIVE_ONLY_STYLES = [/\.slds\.css$/, /\/slds[A-Z][A-Za-z]*\/[^/]+\.css$/];

function iconNames(web) {
    return JSON.parse(fs.readFileSync(path.join(web, 'build/icons.json'), 'utf8'));
}

function iconTemplates(web, file) {
    const found = iconNames(web).filter((n) => fs.existsSync(path.join(path.dirname(file), 'utility', `${n}.html`)));
    const imports = found.map((n) => `import utility_${n} from './utility/${n}.html';`);
    return `${imports.join('\n')}\nexport default { ${found.map((n) => `utility_${n}`).join(', ')} };`;
}

/**
 * A plugin that leaves out what the pages never use: other icon sets, other utility icons and, in synthetic mode, the
 * style sheets that only count inside a native shadow root. With gates "closed" it also answers every release gate no.
 */
export function slim(web, cell) {
    return {
        name: 'replica-slim',
        enforce: 'pre',
        load(id) {
            const file = id.split('?')[0];
            if (cell.gates === 'closed' && file.endsWith('/external/gateStub.js')) return 'export default { isOpen: () => false };';
            if (cell.shadow === 'synthetic' && NATIVE_ONLY_STYLES.some((rule) => rule.test(file))) return NO_STYLE;
            if (OPTIONAL_ICON_SETS.test(file) || RTL_ICONS.test(file)) return 'export default {};';
            if (UTILITY_ICONS.test(file)) return iconTemplates(web, file);
            return null;
        },
    };
}
