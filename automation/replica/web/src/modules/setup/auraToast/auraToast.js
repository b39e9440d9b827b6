import SetupElement from 'setup/element';
import { drawAuraToastsWith } from 'setup/toasts';
import { label } from 'setup/config';

const SHOWN_MS = 5000;

/** Toasts as the Aura shell draws them: `.forceToastMessage`, `span.toastMessage`, `button.toastClose` (setup-ui 13). */
export default class AuraToast extends SetupElement {
    current = null;

    connectedCallback() {
        super.connectedCallback();
        drawAuraToastsWith((toast) => this.show(toast));
    }

    get classes() {
        return `slds-notify slds-notify_toast forceToastMessage slds-theme_${this.current.variant}`;
    }

    get close() {
        return label('common.close');
    }

    show(toast) {
        this.current = toast;
        if (toast.variant !== 'error') setTimeout(() => this.clear(toast), SHOWN_MS);
    }

    clear(toast) {
        if (this.current === toast) this.current = null;
    }

    handleClose() {
        this.current = null;
    }
}
