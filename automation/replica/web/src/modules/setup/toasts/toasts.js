import Toast from 'lightning/toast';
import { config, label } from 'setup/config';

let showAura = () => {};

/** The shell registers how an Aura toast is drawn. */
export function drawAuraToastsWith(show) {
    showAura = show;
}

/** Show a toast: `variant` success | error. guess: whether there is one and of which kind (variant toast). */
export function toast(variant, message) {
    if (config.knobs.toast === 'aura') showAura({ variant, message });
    if (config.knobs.toast === 'lightning') showLightning(variant, message);
}

/** Show a toast whatever the variant says: for faults that consist of one. */
export function forceToast(variant, message) {
    if (config.knobs.toast === 'aura') showAura({ variant, message });
    else showLightning(variant, message);
}

function showLightning(variant, message) {
    const mode = variant === 'error' ? 'sticky' : 'dismissible';
    Toast.show({ label: label(`toast.${variant}`), message, variant, mode }, document.body);
}
