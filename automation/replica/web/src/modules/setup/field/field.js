import { api } from 'lwc';
import SetupElement from 'setup/element';

/**
 * One labelled field, in edit mode or in view mode.
 *
 * View mode (variant view_mode): `readonly_text` is what the screenshots show: text inputs bare with their placeholder,
 * everything else grey. `disabled` (all grey) and `output` (term and definition) are guesses.
 *
 * Fires `fieldchange` {path, value, untick} (`untick` puts a refused tick back) and `fieldblur` {path, value}, both bubbling through the form.
 */
export default class Field extends SetupElement {
    @api path;
    @api kind = 'text';
    @api label;
    @api value;
    @api placeholder;
    @api options = [];
    @api required = false;
    @api disabled = false;
    @api locked = false;
    @api help;
    @api editing = false;

    get isOutput() {
        return !this.editing && this.knobs.view_mode === 'output';
    }

    get isCheckbox() {
        return this.kind === 'checkbox' && !this.isOutput;
    }

    get isCombobox() {
        return this.kind === 'combobox' && !this.isOutput;
    }

    get isTextarea() {
        return this.kind === 'textarea' && !this.isOutput;
    }

    get isInput() {
        return ['text', 'email', 'tel', 'url'].includes(this.kind) && !this.isOutput;
    }

    get isOutputBox() {
        return this.isOutput && this.kind === 'checkbox';
    }

    get isOutputText() {
        return this.isOutput && this.kind !== 'checkbox';
    }

    get isReadonly() {
        return !this.editing && !this.disabled && this.knobs.view_mode === 'readonly_text';
    }

    get isInputDisabled() {
        return this.disabled || (!this.editing && !this.isReadonly);
    }

    get isDisabled() {
        return this.disabled || this.locked || !this.editing;
    }

    get shown() {
        const chosen = (this.options ?? []).find((option) => option.value === this.value);
        return chosen ? chosen.label : this.value;
    }

    get showsHelpBeside() {
        return Boolean(this.help);
    }

    @api get control() {
        return this.template.querySelector('[data-control]');
    }

    @api reportValidity() {
        const control = this.control;
        return this.isDisabled || !control?.reportValidity ? true : control.reportValidity();
    }

    /** Show a server's text at the field, until the next change. */
    @api showError(text) {
        const control = this.control;
        if (!control?.setCustomValidity) return;
        control.setCustomValidity(text);
        control.reportValidity();
    }

    get missing() {
        return this.text.error.complete;
    }

    handleChange(event) {
        const value = this.kind === 'checkbox' ? event.target.checked : event.detail.value;
        event.stopPropagation();
        if (event.target.setCustomValidity) event.target.setCustomValidity('');
        this.announce('fieldchange', value);
    }

    handleBlur(event) {
        this.announce('fieldblur', event.target.value);
    }

    announce(name, value) {
        const detail = { path: this.path, value, untick: () => this.untick() };
        this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
    }

    untick() {
        this.control.checked = false;
    }
}
