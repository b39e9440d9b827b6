import { api } from 'lwc';
import SetupElement from 'setup/element';
import { confirmDiscard } from 'setup/dialogs';
import { withValue } from 'setup/draft';
import { config, label } from 'setup/config';
import { toast } from 'setup/toasts';

/**
 * What the tabs Policies and Settings share: read-only until `Edit`, then in place, with a `Save` at the top right and
 * a sticky footer (both at once: update 1.4; variant save_buttons). After saving back to read-only (guess, high).
 * Fires `saved` with the app that the server answered.
 */
export default class EditTab extends SetupElement {
    editing = false;
    saving = false;
    changed = false;
    error = '';
    draft = null;
    /** The name in `permissions` that editing needs. */
    permission = 'create';
    given;

    /** The app as the server has it. A new one replaces the draft. */
    @api get app() {
        return this.given;
    }

    set app(value) {
        this.given = value;
        this.draft = value;
    }

    @api get edit() {
        return this.editing;
    }

    set edit(value) {
        this.editing = Boolean(value);
    }

    get viewing() {
        return !this.editing;
    }

    // guess: without the permission the button is not there (which texts such a user sees is unknown).
    get mayEdit() {
        return this.viewing && config.permissions[this.permission];
    }

    get topSave() {
        return this.editing && this.knobs.save_buttons !== 'footer';
    }

    get footer() {
        return this.editing && this.knobs.save_buttons !== 'top';
    }

    // guess: with a `Save` at the top only, there is no `Cancel` in the picture (winter26-policies-edit-run-as).
    handleEdit() {
        this.editing = true;
        this.changed = false;
        this.error = '';
        this.dispatchEvent(new CustomEvent('editing', { bubbles: true, composed: true }));
    }

    handleChange(event) {
        this.changed = true;
        this.draft = withValue(this.draft, event.detail.path, event.detail.value);
    }

    async handleCancel() {
        if (this.changed && !(await confirmDiscard())) return;
        this.draft = this.given;
        this.editing = false;
        this.error = '';
    }

    async handleSave() {
        this.error = '';
        if (!this.valid()) {
            this.error = label('error.review');
            return;
        }
        this.saving = true;
        try {
            this.tell('saved', await this.save());
            this.editing = false;
            toast('success', label('toast.saved', this.draft.label));
        } catch (failure) {
            this.error = failure.message;
            this.showErrors(failure.fields ?? {});
        } finally {
            this.saving = false;
        }
    }

    ownFields() {
        return this.all('setup-field');
    }

    valid() {
        return this.ownFields().map((field) => field.reportValidity()).every(Boolean);
    }

    showErrors(fields) {
        for (const [path, message] of Object.entries(fields)) {
            this.ownFields().find((field) => field.path === path)?.showError(message);
        }
    }
}
