/**
 * The bundle matrix: library release x release gates x shadow mode.
 *
 * Nobody knows which release of the base components an org serves, so the product has to pass on all of them.
 * 1.22.3 in native mode is left out: its tabset never activates the first tab.
 */
export const DEFAULT_CELL = '1.22.3-synthetic';

export const CELLS = {
    '1.22.3-synthetic': { library: 'lbc-1.22', shadow: 'synthetic', gates: 'open' },
    '1.28.15-open-synthetic': { library: 'lbc-1.28', shadow: 'synthetic', gates: 'open' },
    '1.28.15-open-native': { library: 'lbc-1.28', shadow: 'native', gates: 'open' },
    '1.28.15-closed-synthetic': { library: 'lbc-1.28', shadow: 'synthetic', gates: 'closed' },
    '1.28.15-closed-native': { library: 'lbc-1.28', shadow: 'native', gates: 'closed' },
};
