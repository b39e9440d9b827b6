import { label } from 'setup/config';

/** What a page shows when the server refuses: a message and, where known, texts per field (dotted JSON names). */
export class PageError extends Error {
    constructor(message, fields = {}, refused = false) {
        super(message);
        this.fields = fields;
        /** The server's own answer, and no trouble on the way to it. */
        this.refused = refused;
    }
}

let onUiHint = () => {};

/** Register what happens with the `ui` part of an answer: faults that only a page can show. */
export function listenForUiHints(listener) {
    onUiHint = listener;
}

// The page leaves; the promise never settles, so nothing is painted meanwhile.
function leaveForLogin(answer) {
    if (answer.login) window.location.href = answer.login;
    else window.location.reload();
    return new Promise(() => {});
}

async function post(action, params) {
    try {
        const response = await fetch(`/aura?action=${action}`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            credentials: 'same-origin',
            body: JSON.stringify({ params }),
        });
        if (response.status >= 500) throw new PageError(label('error.interrupt'));
        return await response.json();
    } catch (error) {
        if (error instanceof PageError) throw error;
        throw new PageError(label('error.offline'));
    }
}

/** Call a server action. Returns its value; throws PageError; never returns when the session is gone. */
export async function call(action, params = {}) {
    const answer = await post(action, params);
    if (answer.state === 'INVALID_SESSION') return leaveForLogin(answer);
    if (answer.ui?.load_error) throw new PageError(answer.ui.load_error);
    if (answer.ui) await onUiHint(answer.ui);
    if (answer.state === 'SUCCESS') return answer.ui?.popup_blocked ? { ...answer.value, popupBlocked: true } : answer.value;
    throw new PageError(answer.error?.message || label('error.interrupt'), answer.error?.fields ?? {}, true);
}
