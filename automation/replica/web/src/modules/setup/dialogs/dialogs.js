import LightningConfirm from 'lightning/confirm';
import { config, label } from 'setup/config';

function applies(place) {
    return ['both', place].includes(config.knobs.cc_confirm_at);
}

/**
 * The warning on ticking `Enable Client Credentials Flow`. place: create | policies.
 * evidence: its sentence and `OK` (setup-ui 7.1). guess: kind and place (variants cc_confirm, cc_confirm_at) and title.
 */
export async function confirmTick(place) {
    const kind = applies(place) ? config.knobs.cc_confirm : 'none';
    if (kind === 'native') return window.confirm(label('confirm.clientCredentials'));
    if (kind === 'modal') return ask('confirm.clientCredentialsTitle', 'confirm.clientCredentials');
    return true;
}

/** A LightningConfirm box with the buttons `Cancel` and `OK`; true for `OK`. */
export function ask(titleKey, messageKey, ...values) {
    return LightningConfirm.open({ label: label(titleKey), message: label(messageKey, ...values), theme: 'default' });
}

/** Before unsaved input is thrown away. guess: whether `Cancel` asks (variant cancel_confirms), and its text. */
export async function confirmDiscard() {
    return config.knobs.cancel_confirms ? ask('confirm.discardTitle', 'confirm.discard') : true;
}
