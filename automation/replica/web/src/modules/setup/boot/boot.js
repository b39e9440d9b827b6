import { call } from 'setup/api';
import { configure, config } from 'setup/config';

// Where the base components' own texts are looked up; see build/base_labels.mjs.
function translateBaseComponents() {
    const prefix = 'base.';
    const own = Object.entries(config.labels).filter(([key]) => key.startsWith(prefix));
    globalThis.replicaBaseLabels = Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), text]));
}

function fetchEarly() {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = new URL('./pages.js', import.meta.url).href;
    document.head.append(link);
}

function showFailure(message) {
    const box = document.createElement('div');
    box.setAttribute('role', 'alert');
    box.textContent = message;
    document.body.append(box);
}

/** Ask the server who and where we are, then put the Setup shell on the page. `load` imports the pages. */
export async function start(load) {
    fetchEarly();
    try {
        configure(await call('bootstrap'));
        translateBaseComponents();
        const { create } = await load();
        document.documentElement.lang = config.language;
        document.documentElement.dataset.look = config.look;
        (document.getElementById('app') ?? document.body).append(await create());
    } catch (error) {
        // guess: invented text; nobody recorded what Setup shows when its first call fails. No labels are there yet.
        showFailure('Sorry to interrupt. This page has an error. You might just need to refresh it.');
        throw error;
    }
}
