import { config } from 'setup/config';

const BASE = '/lightning/setup';
const MANAGER = `${BASE}/ManageExternalClientApplication`;
const listeners = new Set();

/** Addresses. evidence: setup-ui section 1; `/new` is a guess (variant url_after_new), and so is the
 * consumer page's address (variant consumer_page=lightning). */
export const paths = {
    home: `${BASE}/SetupOneHome/home`,
    list: `${MANAGER}/home`,
    create: `${MANAGER}/new`,
    detail: (id) => `${MANAGER}/${id}/detail`,
    setup: (name) => `${BASE}/${name}/home`,
};

/** What the address means: {page: home|list|create|detail|consumer|other, id?, name?}. */
export function route(pathname = window.location.pathname) {
    const parts = pathname.replace(/\/+$/, '').split('/').slice(3);
    if (parts[0] === 'SetupOneHome' || parts.length === 0) return { page: 'home' };
    if (parts[0] === 'ExternalClientAppConsumerDetails') return { page: 'consumer', id: parts[1] };
    if (parts[0] !== 'ManageExternalClientApplication') return { page: 'other', name: parts[0] };
    if (parts[2] === 'detail') return { page: 'detail', id: parts[1].slice(0, 15) };
    return { page: parts[1] === 'new' ? 'create' : 'list' };
}

function announce(state) {
    listeners.forEach((listener) => listener(state));
}

/** Go to a path without loading the page anew; `extra` is for the page that opens. */
export function go(path, extra = {}) {
    window.history.pushState(extra, '', path);
    announce({ ...route(), ...extra });
}

/** Open the create form. The address stays /home or becomes /new (variant url_after_new). */
export function goCreate() {
    if (config.knobs.url_after_new === 'new') go(paths.create);
    else announce({ page: 'create' });
}

/** Go to the app that was just made. The address becomes its own or stays the list's (guess: variant url_after_create). */
export function goCreated(id) {
    if (config.knobs.url_after_create !== 'home') return go(paths.detail(id));
    window.history.replaceState({}, '', paths.list);
    return announce({ page: 'detail', id: id.slice(0, 15) });
}

/** Call `listener(route)` on every change, the browser's own back and forward included. */
export function listen(listener) {
    listeners.add(listener);
    window.addEventListener('popstate', () => listener(route()));
}
