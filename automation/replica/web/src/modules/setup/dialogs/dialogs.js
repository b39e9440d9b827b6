import LightningConfirm from 'lightning/confirm';
import { config, label } from 'setup/config';

function applies(place) {
    return ['both', place].includes(config.knobs.cc_confirm_at);
}

/**
 * The warning on ticking `Enable Client Credentials Flow`. place: create | policies.
 * evidence: on the create form a LightningConfirm of the theme `warning`, its sentence and buttons; the box behind it is
 * ticked already (update 1.2). guess: its English title, and whether Policies asks too (variants cc_confirm, cc_confirm_at).
 */
export async function confirmTick(place) {
    const kind = applies(place) ? config.knobs.cc_confirm : 'none';
    if (kind === 'native') return window.confirm(label('confirm.clientCredentials'));
    if (kind === 'modal') return confirm('confirm.clientCredentialsTitle', 'confirm.clientCredentials', 'warning');
    return true;
}

/** A LightningConfirm box with the buttons `Cancel` and `OK`; true for `OK`. */
export function ask(titleKey, messageKey, ...values) {
    return confirm(titleKey, messageKey, 'default', values);
}

function confirm(titleKey, messageKey, theme, values = []) {
    return LightningConfirm.open({ label: label(titleKey), message: label(messageKey, ...values), theme });
}

/** Before unsaved input is thrown away. guess: whether `Cancel` asks (variant cancel_confirms), and its text. */
export async function confirmDiscard() {
    return config.knobs.cancel_confirms ? ask('confirm.discardTitle', 'confirm.discard') : true;
}
