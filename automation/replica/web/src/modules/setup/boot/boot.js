import { call } from 'setup/api';
import { configure, config } from 'setup/config';

function showFailure(message) {
    const box = document.createElement('div');
    box.setAttribute('role', 'alert');
    box.textContent = message;
    document.body.append(box);
}

/** Ask the server who and where we are, then put the Setup shell on the page. */
export async function start(create) {
    try {
        configure(await call('bootstrap'));
    } catch {
        // guess: invented text; nobody recorded what Setup shows when its first call fails. No labels are there yet.
        showFailure('Sorry to interrupt. This page has an error. You might just need to refresh it.');
        return;
    }
    document.documentElement.lang = config.language;
    document.documentElement.dataset.look = config.look;
    (document.getElementById('app') ?? document.body).append(create());
}
